using System;
using System.Globalization;
using System.Threading.Tasks;
using Xunit;
using Xunit.Abstractions;

namespace OciRuntime.Vm.Runner;

/// <summary>Receives what becomes of the tests: a line each to stdout, and what a failure said.</summary>
internal sealed class Results : LongLivedMarshalByRefObject, IMessageSink
{
    private readonly TaskCompletionSource _complete = new();

    public int Failed { get; private set; }

    public int Total { get; private set; }

    public bool OnMessage(IMessageSinkMessage message)
    {
        lock (_complete)
        {
            switch (message)
            {
                case ITestPassed passed:
                    Write("passed", passed.Test.DisplayName, passed.ExecutionTime);
                    break;
                case ITestSkipped skipped:
                    Write("skipped", skipped.Test.DisplayName, 0);
                    break;
                case ITestFailed failed:
                    Fail(failed.Test.DisplayName, failed);
                    break;
                case ITestCollectionCleanupFailure failure:
                    Fail(failure.TestCollection.DisplayName, failure);
                    break;
                case ITestClassCleanupFailure failure:
                    Fail(failure.TestClass.Class.Name, failure);
                    break;
                case ITestCaseCleanupFailure failure:
                    Fail(failure.TestCase.DisplayName, failure);
                    break;
                case ITestCleanupFailure failure:
                    Fail(failure.Test.DisplayName, failure);
                    break;
                case IErrorMessage error:
                    Fail("the test runner", error);
                    break;
                case ITestAssemblyFinished:
                    _complete.TrySetResult();
                    break;
            }
        }

        return true;
    }

    public void Wait() => _complete.Task.Wait();

    private void Write(string outcome, string test, decimal seconds)
    {
        Total++;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{outcome}\t{test}\t{seconds:0.0}"));
    }

    private void Fail(string test, IFailureInformation failure)
    {
        Failed++;
        Write("failed", test, (failure as ITestResultMessage)?.ExecutionTime ?? 0);
        for (int i = 0; i < failure.Messages.Length; i++)
            Console.WriteLine($"  {failure.ExceptionTypes[i]}: {failure.Messages[i]}\n{failure.StackTraces[i]}");
    }
}
