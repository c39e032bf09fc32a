using System;
using System.Collections.Generic;
using System.Linq;
using FluentAssertions;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Errors;
using Xunit;

namespace OciRuntime.Container.Tests.Cgroups;

public class SubCgroupsTests
{
    private static List<CgroupPath> Paths() =>
        [new("cpu,cpuacct", "/ct", "/cg/cpu,cpuacct/ct"), new("name=systemd", "/ct", "/cg/systemd/ct"), new("", "/ct", "/cg/unified/ct")];

    [Theory]
    [InlineData("/x", "/x", "/x", "/x")]
    [InlineData("/", "", "", "")]
    [InlineData("cpu:x/y", "/x/y", "", "")]
    [InlineData("cpu,systemd:/x", "/x", "/x", "")]
    public void A_path_is_appended_where_it_is_meant(string argument, params string[] expected)
    {
        List<CgroupPath> paths = Paths();
        SubCgroups.Apply(paths, [argument]);
        paths.Select(path => path.Path).Should().Equal(expected.Select(inner => "/ct" + inner));
        paths.Should().OnlyContain(path => path.Directory.EndsWith(path.Path));
    }

    [Theory]
    [InlineData("invalid --cgroup argument: */../x*", "cpu:/../x")]
    [InlineData("*unknown controller memory", "memory:x")]
    [InlineData("*already set", "cpu:x", "cpu:y")]
    [InlineData("*missing <controller>: prefix)", "x", "cpu:y")]
    public void A_path_that_leads_out_or_a_controller_that_is_not_there_is_refused(string message, params string[] arguments)
    {
        Action apply = () => SubCgroups.Apply(Paths(), arguments);
        apply.Should().Throw<ContainerException>().WithMessage(message);
    }
}
