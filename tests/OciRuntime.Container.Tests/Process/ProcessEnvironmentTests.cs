using System;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using FluentAssertions;
using OciRuntime.Container.Process;
using Xunit;

namespace OciRuntime.Container.Tests.Process;

public sealed class ProcessEnvironmentTests
{
    [Fact]
    public void TheLastValueOfANameStaysInItsPlace()
    {
        ProcessEnvironment environment = ProcessEnvironment.From(["A=1", "PATH=/old", "AB=2", "A=3", "PATH=/bin", "HOME=/root", "HOME=", "=", "A"]);
        environment.Variables.Should().Equal("AB=2", "A=3", "PATH=/bin", "=", "A");
        environment.Path.Should().Be("/bin");
        environment.HasHome.Should().BeFalse();
    }

    [Fact]
    public void AHostileNumberOfVariablesTakesNoTime()
    {
        string[] variables = Enumerable.Range(0, 400_000).Select(i => i.ToString(CultureInfo.InvariantCulture) + "=").ToArray();
        var watch = Stopwatch.StartNew();
        ProcessEnvironment.From(variables).Variables.Should().HaveCount(variables.Length);
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(20), "comparing each with each takes minutes");
    }
}
