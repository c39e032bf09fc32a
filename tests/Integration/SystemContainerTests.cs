using System.IO;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>
/// The sample system-container with systemd: a Debian that one logs in to, that starts services and installs packages.
/// Its root file system is the machine's own, a Debian with systemd as well, with a layer in memory over it: what the
/// sample's make-rootfs would fetch takes too long for a test.
/// </summary>
[Trait("Lane", "Systemd")]
public sealed class SystemContainerTests : ContainerTest
{
    private static readonly string Sample = Path.Combine(Repository.Directory, "spec-samples/system-container");

    // Mounts that end with the runtime's mount namespace.
    private const string OnALayer = """
        set -e
        bundle=$1 sample=$2
        shift 2
        mount -t tmpfs tmpfs "$bundle/layer"
        mkdir "$bundle/layer/upper" "$bundle/layer/work"
        mount -t overlay -o "lowerdir=/,upperdir=$bundle/layer/upper,workdir=$bundle/layer/work" overlay "$bundle/rootfs"
        "$sample/settings" "$bundle/rootfs"
        exec "$@"
        """;

    // A package with a program, a service, and a script that runs when it is installed; and an archive of it.
    private const string Package = """
        set -e
        mkdir -p /srv/greeting/DEBIAN /srv/greeting/usr/bin /srv/greeting/lib/systemd/system
        cd /srv
        cat >greeting/DEBIAN/control <<END
        Package: greeting
        Version: 1.0
        Architecture: all
        Maintainer: Nobody <nobody@example.org>
        Description: greets
        END
        printf '#!/bin/sh\nid -u >/root/installed-by\n' >greeting/DEBIAN/postinst
        printf '#!/bin/sh\necho greetings\n' >greeting/usr/bin/greet
        printf '[Service]\nExecStart=/bin/sleep 1000\nUser=nobody\n' >greeting/lib/systemd/system/greeting.service
        chmod 755 greeting/DEBIAN/postinst greeting/usr/bin/greet
        dpkg-deb --build greeting >/dev/null
        { cat greeting/DEBIAN/control; echo Filename: ./greeting.deb; stat -c 'Size: %s' greeting.deb; echo "SHA256: $(sha256sum <greeting.deb | cut -d ' ' -f 1)"; } >Packages
        rm -rf greeting /etc/apt/sources.list.d
        echo 'deb [trusted=yes] file:/srv ./' >/etc/apt/sources.list
        """;

    [SystemdFact]
    public void Debian_boots_takes_a_login_installs_a_package_runs_its_service_and_shuts_down()
    {
        Container container = NewContainer();
        Bundle bundle = container.Bundle;
        System.IO.Directory.Delete(bundle.Rootfs, recursive: true);
        System.IO.Directory.CreateDirectory(bundle.Rootfs);
        System.IO.Directory.CreateDirectory(Path.Combine(bundle.Directory, "layer"));
        File.Copy(Path.Combine(Sample, "config.json"), bundle.ConfigPath);

        using Terminal terminal = Terminal.Open();
        using Command run = Command.Start("unshare",
            ["--mount", "sh", "-c", OnALayer, "-", bundle.Directory, Sample, container.Runtime.Path, "--root", Root, "run", "--bundle", bundle.Directory, container.Id],
            terminal: terminal.SlavePath);
        terminal.WaitFor("machine login:");
        terminal.Type("root\r");
        terminal.WaitFor("root@machine:~#");
        terminal.Type("tty; echo shell of $(id -un)\r");
        terminal.WaitFor("/dev/console");
        terminal.WaitFor("shell of root");

        string Inside(string script) => container.Command("exec", container.Id, "sh", "-c", script).Succeeds().Stdout;
        Wait.Until(() => container.Command("exec", container.Id, "systemctl", "is-system-running").Stdout == "running\n", "the machine runs",
            () => container.Command("exec", container.Id, "systemctl", "--no-pager", "--failed").Stdout);
        Inside("cat /proc/1/comm; hostname; systemd-detect-virt --quiet --container && echo contained; systemctl is-active dbus systemd-journald")
            .Should().Be("systemd\nmachine\ncontained\nactive\nactive\n");

        Inside(Package);
        Inside("apt-get update 2>&1").Should().Contain("file:/srv ./ Packages");
        Inside("apt-get install --yes greeting 2>&1").Should().Contain("Setting up greeting (1.0)");
        Inside("greet; cat /root/installed-by; dpkg-query --show greeting").Should().Be("greetings\n0\ngreeting\t1.0\n");
        Inside("systemctl daemon-reload; systemctl start greeting; systemctl show --value --property User,ControlGroup greeting; cat /proc/$(systemctl show --value --property MainPID greeting)/cgroup")
            .Split('\n').Should().Contain(["nobody", "/system.slice/greeting.service"]).And.Contain(line => line.EndsWith(":/system.slice/greeting.service"));
        Inside("journalctl --no-pager --unit greeting --output cat").Should().Contain("Started greeting.service");

        terminal.Type("poweroff\r");
        terminal.WaitFor("Powering off");
        run.Finish().Succeeds();
        File.Exists("/srv/Packages").Should().BeFalse();
    }
}
