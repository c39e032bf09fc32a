using System;
using System.Text;

namespace OciRuntime.Container.Checkpoint;

/// <summary>One message of CRIU's: the answer to a request, or the news that it has come to a point (<c>notify</c>).</summary>
internal sealed record CriuResponse
{
    public CriuRequestType Type { get; private set; }

    public bool Success { get; private set; }

    /// <summary>Where CRIU is: <c>setup-namespaces</c>, <c>post-restore</c> and so on; empty in an answer.</summary>
    public string Script { get; private set; } = "";

    /// <summary>With <see cref="Script"/>: the container's init, in the runtime's PID namespace; 0 while there is none.</summary>
    public int Pid { get; private set; }

    /// <summary>Why it failed, when a system call is to blame.</summary>
    public int Errno { get; private set; }

    /// <summary>The first error of its log; empty from older ones.</summary>
    public string ErrorMessage { get; private set; } = "";

    /// <summary>As CRIU counts it: 31701 is 3.17.1; 0 when it was not asked for.</summary>
    public int Version { get; private set; }

    /// <summary>Whether it can tell which pages were written since an earlier dump; false when it was not asked for.</summary>
    public bool MemTrack { get; private set; }

    /// <summary>Whether it can hand out memory later, on demand; false when it was not asked for.</summary>
    public bool LazyPages { get; private set; }

    /// <exception cref="FormatException">It is no such message.</exception>
    public static CriuResponse Parse(ReadOnlySpan<byte> message)
    {
        CriuResponse response = new();
        ProtobufReader reader = new(message);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case CriuField.Response.Type: response.Type = (CriuRequestType)reader.Number; break;
                case CriuField.Response.Success: response.Success = reader.Number != 0; break;
                case CriuField.Response.Notify: response.ReadNotify(reader.Bytes); break;
                case CriuField.Response.Errno: response.Errno = (int)reader.Number; break;
                // CRIU sends its whole buffer.
                case CriuField.Response.ErrorMessage: response.ErrorMessage = Encoding.UTF8.GetString(reader.Bytes.TrimEnd((byte)0)); break;
                case CriuField.Response.Features: response.ReadFeatures(reader.Bytes); break;
                case CriuField.Response.Version: response.ReadVersion(reader.Bytes); break;
            }
        }

        return response;
    }

    private void ReadNotify(ReadOnlySpan<byte> message)
    {
        ProtobufReader reader = new(message);
        while (reader.Read())
        {
            if (reader.Field == CriuField.Notify.Script)
                Script = Encoding.UTF8.GetString(reader.Bytes);
            else if (reader.Field == CriuField.Notify.Pid)
                Pid = (int)reader.Number;
        }
    }

    private void ReadFeatures(ReadOnlySpan<byte> message)
    {
        ProtobufReader reader = new(message);
        while (reader.Read())
        {
            if (reader.Field == CriuField.Features.MemTrack)
                MemTrack = reader.Number != 0;
            else if (reader.Field == CriuField.Features.LazyPages)
                LazyPages = reader.Number != 0;
        }
    }

    private void ReadVersion(ReadOnlySpan<byte> message)
    {
        ProtobufReader reader = new(message);
        while (reader.Read())
        {
            Version += reader.Field switch
            {
                CriuField.Version.Major => (int)reader.Number * 10000,
                CriuField.Version.Minor => (int)reader.Number * 100,
                CriuField.Version.Sublevel => (int)reader.Number,
                _ => 0,
            };
        }
    }
}
