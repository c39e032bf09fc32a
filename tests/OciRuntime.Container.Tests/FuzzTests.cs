using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Cgroups.Statistics;
using OciRuntime.Container.Cgroups.Systemd.DBus;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Lifecycle;
using OciRuntime.Container.Rootfs;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using Xunit;

namespace OciRuntime.Container.Tests;

/// <summary>
/// Whatever is in a record, an option, the kernel's files or on a bus: reading it ends, with a value or with the one
/// exception that says so. The seeds are fixed; with OCIRUN_FUZZ=N there are N times as many runs, with others.
/// </summary>
public sealed class FuzzTests
{
    private const int Runs = 2000;

    private static readonly int Times =
        int.TryParse(Environment.GetEnvironmentVariable("OCIRUN_FUZZ"), NumberStyles.None, CultureInfo.InvariantCulture, out int times) ? times : 0;

    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ",", ":", "\"", "null", "true", "-1", "1e999", "99999999999999999999", "\\u0000", "\\ud800", "\\", "\\9", "\\777",
        "\0", "\u0001", "é", "/", "..", "/../", "=", " ", "\n", "-", "max", "a(", ")", "v", "ay", "a{sv}", "- cgroup ", " - proc ", "4294967296",
    ];

    /// <summary>Up to eight places, each with a kind of change and a value for it.</summary>
    private static readonly Arbitrary<int[]> Changes =
        Gen.Choose(0, int.MaxValue - 1).ArrayOf(24).SelectMany(_ => Gen.Choose(1, 8), (numbers, count) => numbers[..(count * 3)]).ToArbitrary();

    private static readonly ContainerRecord Record = new()
    {
        OciVersion = "1.2.0",
        Id = "id",
        Bundle = "/bundle",
        Rootfs = "/bundle/rootfs",
        Created = "2026-01-02T03:04:05Z",
        Annotations = new Dictionary<string, string> { ["a"] = "b" },
        Pid = 17,
        StartTime = 4711,
        RootMountId = 3,
        Cgroups = [new CgroupPath("memory", "/id", "/sys/fs/cgroup/memory/id"), new CgroupPath("", "/id", "/sys/fs/cgroup/unified/id")],
    };

    [Fact]
    public void State_json() => Survives(1, Record.ToJson().ToArray(), bytes =>
    {
        try
        {
            ContainerRecord record = ContainerRecord.FromJson(bytes, "state.json");
            ContainerRecord.FromJson(record.ToJson().Span, "state.json").Should().BeEquivalentTo(record);
        }
        catch (ContainerException e)
        {
            e.Message.Should().StartWith("container state state.json is damaged");
        }
    });

    [Fact]
    public void Mount_options() => Survives(2, "nosuid,nodev,ro,rro,mode=755,size=65536k,bind,rbind,shared,slave,idmap,tmpcopyup,lowerdir=/a:/b,noatime,sync", text =>
    {
        // A NUL is refused where the config is read.
        ParsedMountOptions options = ParsedMountOptions.Parse(text.Replace("\0", "", StringComparison.Ordinal).Split(','));
        // The access time is one value of three bits: mount_setattr(2) wants all of them cleared first.
        (options.Set & options.Clear & ~LibC.MOUNT_ATTR__ATIME).Should().Be(0);
        (options.RecursiveSet & options.RecursiveClear & ~LibC.MOUNT_ATTR__ATIME).Should().Be(0);
    });

    [Fact]
    public void Mount_information() => Survives(3,
        "36 35 98:0 / /sys/fs/cgroup/memory rw,noatime shared:2 - cgroup cgroup rw,memory\n22 28 0:21 / /proc rw shared:12 - proc proc rw\n23 28 0:22 /a\\040b /s\\134s rw - sysfs sysfs rw\n",
        text =>
        {
            CgroupHierarchy? memory = CgroupMounts.Parse(text).Find("memory", "/a/b");
            (memory?.SelfPath ?? "/").Should().StartWith("/");
            HostPseudoFileSystems.Find(text, "/container").Should().NotContain(path => LexicalPath.IsInside(path, "/container"));
        });

    [Fact]
    public void Cgroup_membership() => Survives(4, "12:memory:/a/b\n1:name=systemd:/user.slice/x\n0::/user.slice\n", text =>
    {
        foreach (string line in text.Split('\n'))
        {
            if (CgroupLayout.TrySplit(line, out string controllers, out string path))
                (path.Length + controllers.Length).Should().BeGreaterThan(0);
        }
    });

    [Fact]
    public void Cgroup_files() => Survives(5, "0-3,7 max\nsome avg10=1.53 avg60=0.00 avg300=0.20 total=157656722\nfull avg10=0.00 total=4\n8:16 rbytes=1459200 wbytes=314773504\n", text =>
    {
        PressureStatistics.Parse(text);
        foreach (string line in text.Split('\n'))
        {
            StatisticsFile.Ranges(line).Count.Should().BeLessThan(1 << 20);
            StatisticsFile.Numbers(line).Count.Should().BeLessThanOrEqualTo(line.Length);
        }
    });

    [Fact]
    public void Cgroups_paths() => Survives(6, "/system.slice/a/../b//c/./d", text =>
    {
        try
        {
            string clean = CgroupNaming.Clean(text);
            clean.Split('/').Should().NotContain("..");
        }
        catch (ContainerException e)
        {
            e.Message.Should().NotBeEmpty();
        }
    });

    [Fact]
    public void Paths() => Survives(7, "/a/b/../c//./d/", text =>
    {
        string path = LexicalPath.Absolute(text, "/base");
        path.Should().StartWith("/");
        path.Split('/').Should().NotContain(["..", "."]);
        LexicalPath.Clean(path).Should().Be(path);
    });

    [Fact]
    public void Bus_messages()
    {
        byte[] message = new DBusMessage
        {
            Type = DBusMessageType.Signal,
            Serial = 7,
            ReplySerial = 3,
            Path = "/org/freedesktop/systemd1",
            Interface = "org.freedesktop.systemd1.Manager",
            Member = "JobRemoved",
            Signature = "uosa(sv)ay",
            Body = [1u, "/job/1", "a.scope", new List<object> { new List<object> { "PIDs", new DBusValue("au", new List<object> { 1u, 2u }) } }, new byte[] { 1, 2 }],
        }.Encode();
        Survives(8, message, bytes =>
        {
            try
            {
                if (bytes.Length < DBusMessage.FixedHeader)
                    return;
                DBusMessage.LengthOf(bytes).Should().BePositive();
                DBusMessage.Decode(bytes);
            }
            catch (DBusException e)
            {
                e.Message.Should().NotBeEmpty();
            }
        });
    }

    [Fact]
    public void Bus_addresses() => Survives(9, "unix:path=/run/dbus/%73ystem,guid=0;unix:abstract=x;tcp:host=a", text =>
        DBusAddress.SocketPaths(text).Should().NotContain(path => path.Length == 0));

    private static void Survives(ulong seed, string sample, Action<string> read) =>
        Survives(seed, Encoding.UTF8.GetBytes(sample), bytes => read(Encoding.UTF8.GetString(bytes)));

    private static void Survives(ulong seed, byte[] sample, Action<byte[]> read)
    {
        read(sample);
        FsCheck.Config config = FsCheck.Config.QuickThrowOnFailure;
        config = Times > 0 ? config.WithMaxTest(Runs * Times) : config.WithReplay(seed, 1).WithMaxTest(Runs);
        Prop.ForAll(Changes, changes => read(Changed(sample, changes))).Check(config);
    }

    private static byte[] Changed(byte[] bytes, int[] changes)
    {
        for (int i = 0; i < changes.Length && bytes.Length > 0; i += 3)
        {
            int at = changes[i] % bytes.Length;
            bytes = (changes[i + 1] % 5) switch
            {
                0 => [.. bytes[..at], (byte)changes[i + 2], .. bytes[(at + 1)..]],
                1 => [.. bytes[..at], .. Encoding.UTF8.GetBytes(Pieces[changes[i + 2] % Pieces.Length]), .. bytes[at..]],
                2 => [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + 1 + (changes[i + 2] % 40))..]],
                3 => [.. bytes[..(at + 1)]],
                _ => [.. bytes[..at], .. bytes[(changes[i + 2] % bytes.Length)..]],
            };
        }
        return bytes;
    }
}
