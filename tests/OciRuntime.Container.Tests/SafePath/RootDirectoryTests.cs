using System;
using System.IO;
using System.Threading;
using FluentAssertions;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using Xunit;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Tests.SafePath;

public sealed class RootDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();
    private readonly RootDirectory _root;

    public RootDirectoryTests()
    {
        Directory.CreateDirectory(_temporary["root"]);
        Directory.CreateDirectory(_temporary["outside"]);
        File.WriteAllText(_temporary["outside/secret"], "secret");
        _root = OpenRoot(_temporary["root"]);
    }

    public void Dispose()
    {
        _root.Dispose();
        _temporary.Dispose();
    }

    [Theory]
    [InlineData("absolute")]
    [InlineData("/absolute")]
    [InlineData("relative")]
    [InlineData("../outside/secret")]
    [InlineData("/../../outside/secret")]
    [InlineData("up/outside/secret")]
    public void NothingOutsideOfTheRootIsFound(string path)
    {
        Link("absolute", _temporary["outside/secret"]);
        Link("relative", "../outside/secret");
        Link("up", "..");
        _root.TryOpen(path, O_PATH).IsOpen.Should().BeFalse();
    }

    [Fact]
    public void AbsoluteLinksLeadToTheRoot()
    {
        File.WriteAllText(_temporary["root/file"], "");
        Link("link", "/file");
        using FileDescriptor direct = _root.Open("/file", O_PATH);
        using FileDescriptor linked = _root.Open("link", O_PATH);
        Verify.IsSame(Verify.Stat(direct), Verify.Stat(linked)).Should().BeTrue();
    }

    [Fact]
    public void MagicLinksAreRefused()
    {
        using RootDirectory self = OpenRoot("/proc/self");
        Action open = () => self.TryOpen("root/etc/passwd", O_PATH);
        open.Should().Throw<LinuxException>().Which.Errno.Should().Be(Errno.ELOOP);
    }

    [Fact]
    public void LinksCanBeForbidden()
    {
        Directory.CreateDirectory(_temporary["root/real"]);
        Link("proc", "real");
        Action open = () => _root.OpenOrCreate("/proc", directory: true, RESOLVE_NO_SYMLINKS, out _);
        open.Should().Throw<LinuxException>().Which.Errno.Should().Be(Errno.ELOOP);
    }

    [Fact]
    public void DanglingLinksAreNotMadeWhenLinksAreForbidden()
    {
        Link("sys", "/nowhere");
        Action open = () => _root.OpenOrCreate("/sys", directory: true, RESOLVE_NO_SYMLINKS, out _);
        open.Should().Throw<LinuxException>().Which.Errno.Should().Be(Errno.ELOOP);
        Directory.Exists(_temporary["root/nowhere"]).Should().BeFalse();
    }

    [Theory]
    [InlineData("/a/b/c", "a/b/c")]
    [InlineData("a//b/./c/", "a/b/c")]
    [InlineData("/a/../b", "b")]
    [InlineData("/../../../etc", "etc")]
    [InlineData("/there/c", "x/y/c")]
    [InlineData("/there/../c", "x/c")]
    [InlineData("/outside/c", "escape/c")]
    [InlineData("/out", "escape")]
    [InlineData("/chain", "x/y")]
    public void MissingDirectoriesAreMadeInside(string path, string made)
    {
        Link("there", "/x/y");
        Link("out", "../../../../escape");
        Link("outside", "../../../../escape");
        Link("chain", "there");
        using FileDescriptor fd = _root.OpenOrCreate(path, directory: true, 0, out bool isNew);
        isNew.Should().BeTrue();
        Directory.Exists(_temporary[$"root/{made}"]).Should().BeTrue();
        Directory.GetFileSystemEntries(_temporary.Path).Should().HaveCount(2);
        Directory.GetFileSystemEntries(_temporary["outside"]).Should().HaveCount(1);
    }

    [Theory]
    [InlineData("/etc/resolv.conf", "etc/resolv.conf")]
    [InlineData("/dangling", "run/target")]
    [InlineData("/secret", "outside/missing")]
    public void MissingFilesAreMadeInside(string path, string made)
    {
        Link("dangling", "/run/target");
        Link("secret", "../outside/missing");
        using FileDescriptor fd = _root.OpenOrCreate(path, directory: false);
        File.Exists(_temporary[$"root/{made}"]).Should().BeTrue();
        Directory.GetFileSystemEntries(_temporary["outside"]).Should().HaveCount(1);
    }

    [Fact]
    public void WhatExistsIsLeftAlone()
    {
        Directory.CreateDirectory(_temporary["root/etc"]);
        File.WriteAllText(_temporary["root/etc/hosts"], "text");
        using FileDescriptor fd = _root.OpenOrCreate("/etc/hosts", directory: false, 0, out bool isNew);
        isNew.Should().BeFalse();
        File.ReadAllText(_temporary["root/etc/hosts"]).Should().Be("text");
    }

    [Fact]
    public void LinksThatLoopAreAnError()
    {
        Link("a", "b");
        Link("b", "a");
        Action open = () => _root.OpenOrCreate("/a/c", directory: true);
        open.Should().Throw<LinuxException>().Which.Errno.Should().Be(Errno.ELOOP);
    }

    [Fact]
    public void AFileIsNoDirectory()
    {
        File.WriteAllText(_temporary["root/file"], "");
        Action open = () => _root.OpenOrCreate("/file/x", directory: true);
        open.Should().Throw<LinuxException>().Which.Errno.Should().Be(Errno.ENOTDIR);
    }

    /// <summary>CVE-2021-30465: the attacker swaps a directory and a link to the host's directory as fast as possible.</summary>
    [Fact]
    public void ADirectoryThatIsSwappedForALinkDoesNotLeadOutside()
    {
        Directory.CreateDirectory(_temporary["root/volume"]);
        Directory.CreateDirectory(_temporary["root/volume/a"]);
        Link("volume/b", _temporary["outside"]);
        Link("volume/c", "../../outside");
        using CancellationTokenSource stop = new();
        Thread attacker = new(() => Swap(stop.Token));
        attacker.Start();
        try
        {
            for (int i = 0; i < 300; i++)
            {
                try
                {
                    _root.OpenOrCreate($"/volume/a/{i}/x", directory: i % 2 == 0).Dispose();
                }
                catch (LinuxException e)
                {
                    e.Errno.Should().BeOneOf(Errno.EAGAIN, Errno.ENOENT, Errno.ELOOP, Errno.ENOTDIR);
                }
            }
        }
        finally
        {
            stop.Cancel();
            attacker.Join();
        }
        Directory.GetFileSystemEntries(_temporary["outside"]).Should().HaveCount(1);
    }

    private void Swap(CancellationToken stop)
    {
        CString a = _temporary["root/volume/a"], b = _temporary["root/volume/b"], c = _temporary["root/volume/c"];
        while (!stop.IsCancellationRequested)
        {
            Exchange(a, b);
            Exchange(a, b);
            Exchange(a, c);
            Exchange(a, c);
        }
    }

    private static unsafe void Exchange(CString one, CString other)
    {
        const uint renameExchange = 2;
        fixed (byte* o = one, t = other)
            _ = renameat2(AT_FDCWD, o, AT_FDCWD, t, renameExchange);
    }

    [System.Runtime.InteropServices.DllImport("libc")]
    private static extern unsafe int renameat2(int olddirfd, byte* oldpath, int newdirfd, byte* newpath, uint flags);

    private void Link(string name, string target) => File.CreateSymbolicLink(_temporary[$"root/{name}"], target);

    private static RootDirectory OpenRoot(string path) =>
        new(Check.Fd(open(path, O_PATH | O_DIRECTORY | O_CLOEXEC), "open", path));
}
