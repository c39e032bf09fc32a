using System.Collections.Generic;
using System.Threading.Tasks;
using Xunit;
using Xunit.Abstractions;

namespace OciRuntime.Vm.Runner;

/// <summary>Receives the tests that xunit finds.</summary>
internal sealed class Discovery : LongLivedMarshalByRefObject, IMessageSink
{
    private readonly TaskCompletionSource _complete = new();

    public List<ITestCase> TestCases { get; } = [];

    public bool OnMessage(IMessageSinkMessage message)
    {
        if (message is ITestCaseDiscoveryMessage found)
            TestCases.Add(found.TestCase);
        else if (message is IDiscoveryCompleteMessage)
            _complete.TrySetResult();
        return true;
    }

    public void Wait() => _complete.Task.Wait();
}
