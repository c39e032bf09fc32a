using System;
using System.Text;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Checkpoint;

/// <summary>What is asked of CRIU, and what its refusals mean.</summary>
internal static class Criu
{
    /// <summary>3.16: external PID namespaces, <c>status-ready</c>, the cgroup v2 freezer and LSM profiles are all in it.</summary>
    private const int OldestVersion = 31600;

    /// <summary>Makes sure that there is a CRIU that runs on this kernel and knows what ocirun asks of it.</summary>
    /// <exception cref="ContainerException">There is none, it is too old, or it cannot run here; names the remedy.</exception>
    public static void Verify(string program)
    {
        CriuResponse response = Ask(program, Request(CriuRequestType.Version));
        int version = response.Version;
        if (version < OldestVersion)
            throw new ContainerException($"criu {version / 10000}.{version / 100 % 100}.{version % 100} is too old", "ocirun needs criu 3.16 or newer");
    }

    /// <summary>Makes sure that this kernel tells which pages were written (<c>--pre-dump</c>), or hands out memory on demand (<c>--lazy-pages</c>).</summary>
    /// <exception cref="ContainerException">It does not.</exception>
    public static void VerifyFeatures(string program, bool memTrack, bool lazyPages)
    {
        if (!memTrack && !lazyPages)
            return;
        ProtobufWriter wanted = new ProtobufWriter().Bool(CriuField.Features.MemTrack, true).Bool(CriuField.Features.LazyPages, true);
        CriuResponse response = Ask(program, Request(CriuRequestType.FeatureCheck).Message(CriuField.Request.Features, wanted));
        if (memTrack && !response.MemTrack)
            throw new ContainerException("criu is missing features: [MemTrack]", "--pre-dump and --parent-path need a kernel with CONFIG_MEM_SOFT_DIRTY");
        if (lazyPages && !response.LazyPages)
            throw new ContainerException("criu is missing features: [LazyPages]", "--lazy-pages needs a kernel with userfaultfd");
    }

    public static ProtobufWriter Request(CriuRequestType type) => new ProtobufWriter().Number(CriuField.Request.Type, (int)type);

    /// <summary>Has CRIU do what the request says, and answers what it tells on the way.</summary>
    /// <param name="process">CRIU, which has been asked nothing yet.</param>
    /// <param name="request">The request.</param>
    /// <param name="notify">Acts on each message on the way, and on the descriptor that came with it.</param>
    /// <param name="log">The log that CRIU writes.</param>
    /// <exception cref="ContainerException">CRIU says no: with its own words, and where the rest is to be read.</exception>
    public static void Perform(CriuProcess process, ProtobufWriter request, Action<CriuResponse, FileDescriptor> notify, CriuLog log)
    {
        Send(process, request, log);
        while (true)
        {
            CriuResponse? response = process.Receive(out FileDescriptor file);
            using (file)
            {
                if (response is not { Success: true })
                    throw Failure(response, process, log);
                if (response.Type != CriuRequestType.Notify)
                    break;
                try
                {
                    notify(response, file);
                }
                catch (Exception e) when (e is ContainerException or LinuxException)
                {
                    Decline(process);
                    throw;
                }
            }

            Send(process, Request(CriuRequestType.Notify).Bool(CriuField.Request.NotifySuccess, true), log);
        }
    }

    /// <summary>Why a process of CRIU's has ended before it was asked anything; null when it has not said.</summary>
    public static ContainerException? EarlyFailure(CriuProcess process, CriuLog log)
    {
        process.AskNothing();
        CriuResponse? response = process.Receive(out FileDescriptor file);
        file.Dispose();
        return response is null ? null : Failure(response, process, log);
    }

    /// <summary>Lets CRIU undo what it has done, and waits for that: killed, it would leave a container with its hands in it.</summary>
    private static void Decline(CriuProcess process)
    {
        try
        {
            CriuResponse? response;
            do
            {
                process.Send(Request(CriuRequestType.Notify).Bool(CriuField.Request.NotifySuccess, false));
                response = process.Receive(out FileDescriptor file);
                file.Dispose();
            }
            while (response is { Success: true, Type: CriuRequestType.Notify });
        }
        catch (Exception e) when (e is ContainerException or LinuxException)
        {
            // It has ended, and the caller has the reason.
        }
    }

    /// <summary>A question that needs no container.</summary>
    private static CriuResponse Ask(string program, ProtobufWriter request)
    {
        using CriuProcess process = CriuProcess.Start(program);
        CriuResponse? response = null;
        try
        {
            process.Send(request);
            response = process.Receive(out FileDescriptor file);
            file.Dispose();
        }
        catch (LinuxException e) when (e.Errno is Errno.EPIPE or Errno.ECONNRESET)
        {
            // It has ended: what it printed tells why.
        }

        int status = process.Wait();
        if (response is { Success: true })
            return response;
        string why = response is { ErrorMessage.Length: > 0 } ? response.ErrorMessage : process.Output();
        throw new ContainerException($"criu does not work: {(why.Length > 0 ? why : $"exit status {status}")}", "criu check tells what this kernel lacks; another version of criu may know it");
    }

    private static void Send(CriuProcess process, ProtobufWriter request, CriuLog log)
    {
        try
        {
            process.Send(request);
        }
        catch (LinuxException e) when (e.Errno is Errno.EPIPE or Errno.ECONNRESET)
        {
            throw Failure(process.Receive(out FileDescriptor file), process, log);
        }
    }

    private static ContainerException Failure(CriuResponse? response, CriuProcess process, CriuLog log)
    {
        if (response is { Type: CriuRequestType.NotStarted })
            return new ContainerException(response.ErrorMessage);
        StringBuilder message = new("criu failed: ");
        if (response is null)
            message.Append("it ended without an answer");
        else
            message.Append("type ").Append(Name(response.Type)).Append(" errno ").Append(response.Errno);
        string why = log.Errors() is { Length: > 0 } errors ? errors
            : response is { ErrorMessage.Length: > 0 } ? response.ErrorMessage.Trim()
            : process.Output();
        if (why.Length > 0)
            message.Append(": ").Append(why);
        return new ContainerException(message.ToString(), $"log file: {log.Path}") { Errno = response?.Errno ?? 0 };
    }

    /// <summary>As runc prints it, and so what engines and people look for.</summary>
    private static string Name(CriuRequestType type) => type switch
    {
        CriuRequestType.Empty => "EMPTY",
        CriuRequestType.Dump => "DUMP",
        CriuRequestType.Restore => "RESTORE",
        CriuRequestType.PreDump => "PRE_DUMP",
        CriuRequestType.Notify => "NOTIFY",
        CriuRequestType.FeatureCheck => "FEATURE_CHECK",
        CriuRequestType.Version => "VERSION",
        _ => "UNKNOWN",
    };
}
