using System.IO;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>Members of linux.resources that no other test reads back, on v1 hierarchies and, on a hybrid host, the v2 one.</summary>
[Trait("Lane", "Integration")]
[Trait("Lane", "CgroupV1")]
public sealed class ResourcesTests : ContainerTest
{
    private Container New(string resources)
    {
        Container container = NewContainer("{\"linux\":{\"resources\":{" + resources + "}}}");
        container.Bundle.Args("sleep", "1000");
        return container;
    }

    private Container Created(string resources)
    {
        Container container = New(resources);
        container.Create().Succeeds();
        return container;
    }

    [Theory]
    [InlineData("\"memory\":{\"limit\":67108864,\"swap\":134217728}", "memory.memsw.limit_in_bytes", "134217728")]
    [InlineData("\"memory\":{\"limit\":67108864,\"swap\":-1}", "memory.memsw.limit_in_bytes", "9223372036854771712")]
    [InlineData("\"memory\":{\"kernelTCP\":33554432}", "memory.kmem.tcp.limit_in_bytes", "33554432")]
    [InlineData("\"memory\":{\"useHierarchy\":true}", "memory.use_hierarchy", "1")]
    [InlineData("\"memory\":{\"limit\":67108864,\"checkBeforeUpdate\":true}", "memory.limit_in_bytes", "67108864")]
    [InlineData("\"cpu\":{\"quota\":50000,\"burst\":20000}", "cpu.cfs_burst_us", "20000")]
    [InlineData("\"cpu\":{\"idle\":1}", "cpu.idle", "1")]
    [InlineData("\"cpu\":{\"realtimeRuntime\":1000,\"realtimePeriod\":500000}", "cpu.rt_runtime_us", "1000")]
    [InlineData("\"cpu\":{\"realtimeRuntime\":1000,\"realtimePeriod\":500000}", "cpu.rt_period_us", "500000")]
    [InlineData("\"pids\":{\"limit\":-1}", "pids.max", "max")]
    [InlineData("\"blockIO\":{\"weight\":200}", "blkio.bfq.weight", "200")]
    [InlineData("\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":8388608}]", "hugetlb.2MB.max", "8388608")]
    public void A_limit_is_in_the_kernels_file(string resources, string file, string value) => Created(resources).Cgroup(file).Should().Be(value);

    [Theory]
    [InlineData("throttleReadBpsDevice", "blkio.throttle.read_bps_device")]
    [InlineData("throttleWriteBpsDevice", "blkio.throttle.write_bps_device")]
    [InlineData("throttleReadIOPSDevice", "blkio.throttle.read_iops_device")]
    [InlineData("throttleWriteIOPSDevice", "blkio.throttle.write_iops_device")]
    public void A_rate_of_a_device_is_in_the_kernels_file(string property, string file)
    {
        string device = System.IO.Directory.GetDirectories("/sys/block").Where(path => System.IO.Directory.Exists(path + "/device")).Select(path => File.ReadAllText(path + "/dev").Trim()).First();
        string[] numbers = device.Split(':');
        Created($"\"blockIO\":{{\"{property}\":[{{\"major\":{numbers[0]},\"minor\":{numbers[1]},\"rate\":4096}}]}}").Cgroup(file).Should().Be(device + " 4096");
    }

    [Theory]
    [InlineData("\"blockIO\":{\"leafWeight\":200}", "set linux.resources.blockIO.leafWeight: write \\\"200\\\" to /sys/fs/cgroup/blkio/", "blkio.leaf_weight: no such file or directory")]
    [InlineData("\"blockIO\":{\"throttleReadBpsDevice\":[{\"major\":4000,\"minor\":1,\"rate\":1}]}", "set linux.resources.blockIO.throttleReadBpsDevice[0]: write \\\"4000:1 1\\\" to ", "no such device")]
    [InlineData("\"network\":{\"classID\":1}", "set linux.resources.network.classID: cannot set net_cls limit", "the host does not mount the cgroup v1 controller")]
    [InlineData("\"network\":{\"priorities\":[{\"name\":\"lo\",\"priority\":1}]}", "set linux.resources.network.priorities: cannot set net_prio limit", "the host does not mount the cgroup v1 controller")]
    [InlineData("\"rdma\":{\"mlx5_1\":{\"hcaHandles\":3}}", "set linux.resources.rdma: cannot set rdma limit", "neither cgroup v1 nor v2 has the controller")]
    [InlineData("\"unified\":{\"memory.high\":\"1\"}", "set linux.resources.unified", "cannot use unified on cgroup v1")]
    [InlineData("\"hugepageLimits\":[{\"pageSize\":\"3MB\",\"limit\":1}]", "set linux.resources.hugepageLimits[0]", "3MB")]
    public void What_the_host_does_not_have_is_named(string resources, string what, string why)
    {
        New(resources).Create().FailsWith(what).FailsWith(why);
        NothingIsLeft();
    }
}
