using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Reflection;
using OciRuntime.Vm.Runner;
using Xunit.Abstractions;
using Xunit.Sdk;

// run-tests [FILTER…]: runs the tests that every FILTER takes, and writes a line "passed|failed|skipped<TAB>test" for each.
// A FILTER is part of a test's name, or NAME=VALUE for a trait, or one of these after a "!" for what it leaves out.
// Parts of one filter are alternatives, with a "|" between them. K/N is every Nth test from the Kth, for N machines that
// share the work. The third column is the time a test took, in seconds.
var watch = Stopwatch.StartNew();
var options = new Options();
options.SetValue("xunit.execution.MaxParallelThreads", (int?)2);
var quiet = new Xunit.Sdk.NullMessageSink();

int part = 0, parts = 1;
if (args is [.., string last] && last.Split('/') is [string k, string n] && int.TryParse(k, out int first) && int.TryParse(n, out parts))
    (part, args) = (first - 1, args[..^1]);

int failed = 0, total = 0;
foreach (Assembly assembly in new[] { Assembly.GetExecutingAssembly(), Assembly.Load("OciRuntime.Integration.Tests") })
{
    using var framework = new XunitTestFramework(quiet);
    using ITestFrameworkDiscoverer discoverer = framework.GetDiscoverer(Reflector.Wrap(assembly));
    var discovery = new Discovery();
    discoverer.Find(false, discovery, options);
    discovery.Wait();
    List<ITestCase> tests = discovery.TestCases.Where(test => args.All(filter => Takes(filter, test)))
        .OrderBy(test => test.DisplayName, StringComparer.Ordinal).Where((_, index) => index % parts == part).ToList();
    Console.WriteLine($"{assembly.GetName().Name}: {tests.Count} of {discovery.TestCases.Count} tests, found in {watch.Elapsed.TotalSeconds:0.0} s");

    var sink = new Results();
    using ITestFrameworkExecutor executor = framework.GetExecutor(assembly.GetName());
    executor.RunTests(tests, sink, options);
    sink.Wait();
    failed += sink.Failed;
    total += sink.Total;
}

Console.WriteLine($"{total} tests, {failed} failed, {watch.Elapsed.TotalSeconds:0.0} s");
return failed == 0 && total > 0 ? 0 : 1;

static bool Takes(string filter, ITestCase test) =>
    filter.StartsWith('!') ? !Takes(filter[1..], test) : filter.Split('|').Any(part => Matches(part, test));

static bool Matches(string part, ITestCase test)
{
    int equals = part.IndexOf('=', StringComparison.Ordinal);
    return equals < 0
        ? test.DisplayName.Contains(part, StringComparison.Ordinal)
        : test.Traits.TryGetValue(part[..equals], out List<string>? values) && values.Contains(part[(equals + 1)..]);
}
