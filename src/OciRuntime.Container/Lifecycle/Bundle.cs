using System;
using System.Collections.Generic;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

/// <summary>A bundle directory (bundle.md), open, with its config read and validated.</summary>
public sealed class Bundle : IDisposable
{
    private const string ConfigName = "config.json";

    private Bundle(string path, FileDescriptor directory, ReadOnlyMemory<byte> configText, Config config)
    {
        Path = path;
        Directory = directory;
        ConfigText = configText;
        Config = config;
    }

    /// <summary>Absolute path, links resolved.</summary>
    public string Path { get; }

    public FileDescriptor Directory { get; private set; }

    /// <summary>The config as it stands in the file.</summary>
    public ReadOnlyMemory<byte> ConfigText { get; }

    public Config Config { get; }

    /// <exception cref="ContainerException">There is no config, or it cannot be run; every problem is named.</exception>
    public static Bundle Open(string path)
    {
        FileDescriptor directory = new(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!directory.IsOpen)
            throw new ContainerException("open the bundle", new LinuxException("open", errno, path));
        try
        {
            // Hooks and relative paths of the config are seen from the bundle.
            Check.Ok(fchdir(directory), "chdir", path);
            string absolute = AbsolutePath.WorkingDirectory();
            ReadOnlyMemory<byte> text = ReadConfigText(directory);
            Config config = Parse(text.Span);
            return new Bundle(absolute, directory, text, config);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Directory.Dispose();
        Directory = default;
    }

    private static ReadOnlyMemory<byte> ReadConfigText(FileDescriptor directory)
    {
        try
        {
            return FileContent.ReadAt(directory, ConfigName, ConfigReader.MaxSize);
        }
        catch (LinuxException e) when (e.Errno == Errno.ENOENT)
        {
            throw new ContainerException($"JSON specification file {ConfigName} not found") { Errno = Errno.ENOENT };
        }
        catch (LinuxException e)
        {
            throw new ContainerException($"read {ConfigName}", e, e.Errno == Errno.EFBIG ? $"a config may have {ConfigReader.MaxSize} bytes" : null);
        }
    }

    private static Config Parse(ReadOnlySpan<byte> text)
    {
        try
        {
            Config config = ConfigReader.ReadValid(text);
            IReadOnlyList<Problem> unsupported = UnsupportedProperties.Find(config);
            return unsupported.Count == 0 ? config : throw new SpecException(unsupported);
        }
        catch (SpecException e)
        {
            throw new ContainerException($"invalid {ConfigName}: {e.Message}");
        }
    }
}
