using System;
using System.IO;
using FluentAssertions;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using Xunit;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Tests.SafePath;

public class ProcHandleTests
{
    [Fact]
    public void ItIsAProcfs()
    {
        using ProcHandle proc = ProcHandle.Open();
        Verify.FileSystemType(proc.Descriptor).Should().Be(PROC_SUPER_MAGIC);
        using FileDescriptor file = proc.OpenFile("self/status", O_RDONLY);
        file.IsOpen.Should().BeTrue();
    }

    [Theory]
    [InlineData("self/root/etc/passwd")]
    [InlineData("self/exe")]
    [InlineData("../etc/passwd")]
    [InlineData("/etc/passwd")]
    public void NothingElseIsOpened(string path)
    {
        using ProcHandle proc = ProcHandle.Open();
        Action open = () => proc.OpenFile(path, O_RDONLY);
        open.Should().Throw<LinuxException>();
    }

    [Theory]
    [InlineData("kernel.ostype/../../../sysrq-trigger")]
    [InlineData("../sysrq-trigger")]
    [InlineData("..sysrq-trigger")]
    public void ASysctlIsBelowSys(string name)
    {
        using ProcHandle proc = ProcHandle.Open();
        Action write = () => proc.WriteSysctl(name, "");
        write.Should().Throw<LinuxException>();
    }

    [Fact]
    public void ASysctlIsWritten()
    {
        string before = File.ReadAllText("/proc/sys/kernel/core_uses_pid").Trim();
        using ProcHandle proc = ProcHandle.Open();
        proc.WriteSysctl("kernel.core_uses_pid", before);
        proc.WriteSysctl("kernel/core_uses_pid", before);
        File.ReadAllText("/proc/sys/kernel/core_uses_pid").Trim().Should().Be(before);
    }

    [Fact]
    public void OwnFilesAreWritten()
    {
        string before = File.ReadAllText("/proc/self/oom_score_adj").Trim();
        using ProcHandle proc = ProcHandle.Open();
        proc.WriteSelf("oom_score_adj", before);
        File.ReadAllText("/proc/self/oom_score_adj").Trim().Should().Be(before);
    }
}
