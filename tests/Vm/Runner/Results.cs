using System;
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
                    Write("passed", passed.Test.DisplayName);
                    break;
                case ITestSkipped skipped:
                    Write("skipped", skipped.Test.DisplayName);
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

    private void Write(string outcome, string test)
    {
        Total++;
        Console.WriteLine(outcome + "\t" + test);
    }

    private void Fail(string test, IFailureInformation failure)
    {
        Failed++;
        Write("failed", test);
        for (int i = 0; i < failure.Messages.Length; i++)
            Console.WriteLine($"  {failure.ExceptionTypes[i]}: {failure.Messages[i]}\n{failure.StackTraces[i]}");
    }
}
