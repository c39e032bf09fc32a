using System.IO;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>What keeps checkpoint and restore from their work, with a CRIU that only speaks the protocol and says no.</summary>
[Trait("Lane", "Integration")]
public sealed class CheckpointErrorsTests : ContainerTest
{
    private const string Words = "the words are ocirun's";

    // criu_resp messages: the version 3.17.1 and 3.14, and a DUMP that failed with ENODEV, as Python's protobuf writes them.
    private const string Version3171 = "080a10015206080310112001", Version314 = "080a100152040803100e";
    private const string SaysNo = "080110003813" + "4a164572726f722028637269752f782e633a31293a206e6f";

    private string Images => Path.Combine(Directory, "images");

    /// <summary>Puts a program named criu first in the runtime's PATH: it answers the first request for the version, and every other one with <paramref name="answer"/>.</summary>
    private void FakeCriu(Container container, string answer = SaysNo, string version = Version3171) => Criu(container, $"""
        #!/usr/bin/python3
        import os, socket, sys
        service = socket.socket(fileno=int(sys.argv[2]))
        request = service.recv(65536)
        service.send(bytes.fromhex("{version}" if request == b"\x08\x0a" else "{answer}"))
        """);

    private void Criu(Container container, string? script)
    {
        string directory = Path.Combine(Directory, "bin");
        System.IO.Directory.CreateDirectory(directory);
        if (script is not null)
            ExecutableFile.Write(Path.Combine(directory, "criu"), script + "\n");
        container.Environment["PATH"] = directory;
    }

    private Container Running()
    {
        Container container = NewContainer();
        container.Bundle.Args("sleep", "1000");
        container.Run("--detach").Succeeds();
        return container;
    }

    private CommandResult Checkpoint(Container container, params string[] flags) => container.Command("checkpoint", ["--image-path", Images, .. flags, container.Id]);

    private CommandResult Restore(Container container, params string[] flags)
    {
        container.Bundle.Write();
        return container.Command("restore", ["--detach", "--bundle", container.Bundle.Directory, "--image-path", Images, .. flags, container.Id]);
    }

    private void ImagesOfNoPipes()
    {
        System.IO.Directory.CreateDirectory(Images);
        File.WriteAllText(Path.Combine(Images, "descriptors.json"), """["/dev/null","/dev/null","/dev/null"]""");
    }

    [OcirunFact(Words)]
    public void No_criu()
    {
        Container container = Running();
        Criu(container, null);
        Checkpoint(container).FailsWith("executable file not found in $PATH; checkpoint and restore are done by CRIU: install it");
        container.GlobalFlags.AddRange(["--criu", "/no/criu"]);
        Checkpoint(container).FailsWith(": stat /no/criu: no such file or directory; checkpoint and restore");
        container.Status.Should().Be("running");
    }

    [OcirunFact(Words)]
    public void A_criu_that_does_not_run_here()
    {
        Container container = Running();
        Criu(container, "#!/bin/sh\necho 'Warn (criu/a.c:1): first' >&2\necho 'Error (criu/vdso.c:381): vdso: bounds' >&2\nexit 1");
        Checkpoint(container).FailsWith("criu does not work: Error (criu/vdso.c:381): vdso: bounds; criu check tells");
        Criu(container, "#!/bin/sh\nexit 3");
        Checkpoint(container).FailsWith("criu does not work: exit status 3");
    }

    [OcirunFact(Words)]
    public void A_criu_that_is_too_old()
    {
        Container container = Running();
        FakeCriu(container, version: Version314);
        Checkpoint(container).FailsWith("criu 3.14.0 is too old; ocirun needs criu 3.16 or newer");
    }

    [OcirunFact(Words)]
    public void A_dump_that_fails_leaves_the_container_running()
    {
        Container container = Running();
        FakeCriu(container);
        Checkpoint(container).FailsWith($"criu failed: type DUMP errno 19: Error (criu/x.c:1): no; log file: {Images}/dump.log");
        container.Status.Should().Be("running");
        FakeCriu(container, answer: "");
        Checkpoint(container).FailsWith("criu failed: it ended without an answer");
        FakeCriu(container, answer: "ff");
        Checkpoint(container).FailsWith("criu sent a message that is none of its protocol");
        FakeCriu(container, answer: "08091001420408001000");
        Checkpoint(container, "--pre-dump").FailsWith("criu is missing features: [MemTrack]");
        container.Status.Should().Be("running");
    }

    // Killed by it, CRIU would leave the container frozen.
    [OcirunFact(Words)]
    public void An_interrupt_from_the_terminal_lets_criu_take_back_what_it_has_done()
    {
        Container container = Running();
        string asked = Path.Combine(Directory, "asked"), takenBack = Path.Combine(Directory, "taken-back");
        Criu(container, $"""
            #!/usr/bin/python3
            import socket, sys
            service = socket.socket(fileno=int(sys.argv[2]))
            if service.recv(65536) == b"\x08\x0a":
                service.send(bytes.fromhex("{Version3171}"))
                sys.exit()
            open("{asked}", "w").close()
            if service.recv(65536) == b"":
                open("{takenBack}", "w").close()
            """);
        // The tests may run where the key is ignored, as behind a shell's "&".
        using Command checkpoint = Command.Start("/usr/bin/env",
            ["--default-signal=INT", "setsid", container.Runtime.Path, "--root", Root, "--criu", Path.Combine(Directory, "bin/criu"), "checkpoint", "--image-path", Images, container.Id]);
        Wait.Until(() => File.Exists(asked), "criu is asked");
        Linux.Kill(-checkpoint.Pid, 2);
        checkpoint.Finish().ExitsWith(130);
        Wait.Until(() => File.Exists(takenBack), "criu hears of it");
        container.Status.Should().Be("running");
    }

    [OcirunFact(Words)]
    public void Flags_that_cannot_be()
    {
        Container container = NewContainer();
        container.Bundle.Args("sleep", "1000");
        container.Create().Succeeds();
        FakeCriu(container);
        Checkpoint(container).FailsWith("Container cannot be checkpointed in created state");
        container.Start().Succeeds();
        Checkpoint(container, "--status-fd", "2").FailsWith("--status-fd tells that lazy pages can be fetched; add --lazy-pages");
        Checkpoint(container, "--status-fd", "77", "--lazy-pages").FailsWith("invalid --status-fd argument 77: bad file descriptor");
        Checkpoint(container, "--status-fd", "0", "--lazy-pages").FailsWith("invalid --status-fd argument 0: not writable");
        Checkpoint(container, "--page-server", "192.0.2.1").FailsWith("Use --page-server ADDRESS:PORT to specify page server");
        Checkpoint(container, "--page-server", "192.0.2.1:http").FailsWith("Invalid port number");
        Checkpoint(container, "--empty-ns", "mount").FailsWith(" is not supported; --empty-ns takes network");
        Checkpoint(container, "--manage-cgroups-mode", "some").FailsWith("Invalid manage cgroups mode");
        Checkpoint(container, "--parent-path", "/tmp").FailsWith("--parent-path must be relative");
        Checkpoint(container, "--parent-path", "no").FailsWith($"invalid --parent-path: stat {Images}/no: no such file or directory");
        container.Status.Should().Be("running");
    }

    [OcirunFact(Words)]
    public void A_restore_that_fails_leaves_nothing_and_makes_mount_points_inside()
    {
        string outside = Path.Combine(Directory, "outside"), source = Path.Combine(Directory, "source");
        System.IO.Directory.CreateDirectory(outside);
        System.IO.Directory.CreateDirectory(source);
        ImagesOfNoPipes();
        Container container = NewContainer();
        File.CreateSymbolicLink(Path.Combine(container.Bundle.Rootfs, "link"), outside);
        foreach (string destination in new[] { "/link/one", "/link/one/two", "/new/three" })
            container.Bundle.Append("mounts", $$"""{"destination":"{{destination}}","type":"bind","source":"{{source}}","options":["bind"]}""");
        FakeCriu(container);
        Restore(container).FailsWith($"criu failed: type DUMP errno 19: Error (criu/x.c:1): no; log file: {Images}/restore.log");
        NothingIsLeft();
        System.IO.Directory.GetFileSystemEntries(outside).Should().BeEmpty();
        System.IO.Directory.Exists(container.Bundle.Rootfs + outside + "/one").Should().BeTrue();
        System.IO.Directory.Exists(container.Bundle.Rootfs + "/new/three").Should().BeTrue();
        System.IO.Directory.GetFileSystemEntries(source).Select(Path.GetFileName).Should().Equal("two");
    }

    [OcirunFact(Words)]
    public void Restores_that_cannot_be()
    {
        Container container = NewContainer();
        FakeCriu(container);
        Restore(container).FailsWith($"open --image-path: open {Images}: no such file or directory");
        System.IO.Directory.CreateDirectory(Images);
        Restore(container).FailsWith($"read {Images}/descriptors.json: open descriptors.json: no such file or directory; is --image-path the directory of a checkpoint?");
        File.WriteAllText(Path.Combine(Images, "descriptors.json"), "{}");
        Restore(container).FailsWith("descriptors.json is damaged");
        ImagesOfNoPipes();
        Restore(container, "--console-socket", "/no").FailsWith("cannot use console socket if ocirun will not detach or allocate tty");
        container.Bundle.WithNamespace("cgroup", "/proc/self/ns/cgroup");
        Restore(container).FailsWith("CRIU cannot put a container into a cgroup namespace that is there already");
        NothingIsLeft();
    }

    [OcirunFact(Words)]
    public void The_log_of_a_former_run_explains_nothing()
    {
        System.IO.Directory.CreateDirectory(Images);
        File.WriteAllText(Path.Combine(Images, "dump.log"), "(00.1) Error (criu/former.c:1): another time\n");
        Container container = Running();
        FakeCriu(container);
        Checkpoint(container).FailsWith("criu failed: type DUMP errno 19: Error (criu/x.c:1): no;");
    }

    [OcirunFact(Words)]
    public void A_restore_that_fails_before_criu_is_asked_says_why()
    {
        ImagesOfNoPipes();
        Container container = NewContainer();
        container.Bundle.Append("mounts", """{"destination":"/here","type":"bind","source":"/no/such/source","options":["bind"]}""");
        FakeCriu(container);
        // A failure of ocirun's own: neither CRIU's, nor in its log.
        Restore(container).FailsWith("(mounts[7]): open_tree /no/such/source: no such file or directory")
            .Stderr.Should().NotContain("criu failed").And.NotContain("log file");
        NothingIsLeft();
    }

    [OcirunFact(Words)]
    public void Id_mapped_mounts_cannot_be_saved()
    {
        Container container = NewContainer();
        FakeCriu(container);
        ImagesOfNoPipes();
        container.Bundle.Append("mounts", """
            {"destination":"/here","type":"bind","source":"/usr","options":["bind","idmap"],
            "uidMappings":[{"containerID":0,"hostID":1000,"size":1}],"gidMappings":[{"containerID":0,"hostID":1000,"size":1}]}
            """);
        Restore(container).FailsWith("a container with an id-mapped mount (mounts[");
        NothingIsLeft();
    }

    /// <summary>
    /// A CRIU whose init is another process in new namespaces, of which it tells, and which it looks at when it has the
    /// answer; then it says no.
    /// </summary>
    /// <param name="container">Whose runtime finds it.</param>
    /// <param name="namespaces">Flags of unshare(1).</param>
    /// <param name="look">A shell's command; <c>$init</c> is the process.</param>
    private void CriuThatMakesNamespaces(Container container, string namespaces, string look) => Criu(container, $$$"""
        #!/usr/bin/python3
        import os, socket, subprocess, sys
        service = socket.socket(fileno=int(sys.argv[2]))
        request = service.recv(65536)
        if request == b"\x08\x0a":
            service.send(bytes.fromhex("{{{Version3171}}}"))
            sys.exit()
        os.environ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin"
        init = subprocess.Popen(["unshare", *"{{{namespaces}}}".split(), "sh", "-c", "echo; exec sleep 1000"], stdout=subprocess.PIPE)
        init.stdout.read(1)
        def varint(n): return bytes([n]) if n < 128 else bytes([n & 127 | 128]) + varint(n >> 7)
        def field(number, value): return bytes([number << 3 | 2]) + varint(len(value)) + value
        # criu_resp: type NOTIFY, success, notify (script, pid)
        notify = field(1, b"setup-namespaces") + b"\x10" + varint(init.pid)
        service.send(b"\x08\x06\x10\x01" + field(5, notify))
        open("{{{Directory}}}/answer", "w").write(service.recv(65536).hex())
        look = subprocess.run(["sh", "-c", "init=$0; {{{look}}}", str(init.pid)], capture_output=True, text=True)
        open("{{{Directory}}}/seen", "w").write(look.stdout + look.stderr)
        init.kill()
        service.send(bytes.fromhex("{{{SaysNo}}}"))
        """);

    /// <summary>criu_req: type 6 (NOTIFY), field 3 (notify_success).</summary>
    private const string Accepted = "08061801", Declined = "08061800";

    private string Answer => File.ReadAllText(Path.Combine(Directory, "answer"));

    private string[] Seen => File.ReadAllLines(Path.Combine(Directory, "seen"));

    [OcirunFact(Words)]
    public void A_hook_that_fails_ends_the_restore_and_poststop_runs()
    {
        ImagesOfNoPipes();
        string marker = Path.Combine(Directory, "poststop");
        Container container = NewContainer($$"""{"hooks": {"createRuntime": [{"path": "/bin/false"}], "poststop": [{"path": "/bin/touch", "args": ["touch", "{{marker}}"]}]} }""");
        CriuThatMakesNamespaces(container, "--net", "true");
        Restore(container).FailsWith("createRuntime");
        Answer.Should().Be(Declined);
        File.Exists(marker).Should().BeTrue();
        NothingIsLeft();
    }

    // CRIU leaves a network namespace empty, and knows nothing of what belongs to a user namespace.
    [OcirunFact(Words)]
    public void Settings_of_namespaces_are_made_anew_after_the_hooks()
    {
        ImagesOfNoPipes();
        string hook = Path.Combine(Directory, "hook");
        ExecutableFile.Write(hook, """
            #!/bin/sh
            PATH=/usr/sbin:/usr/bin:/sbin:/bin
            pid=$(grep -o '"pid": *[0-9]*' | grep -o '[0-9]*$')
            exec nsenter -t "$pid" -n ip link add d0 type veth peer name d1

            """);
        Container container = NewContainer("""{"linux":{"sysctl":{"net.ipv4.conf.d0.forwarding":"1","user.max_mnt_namespaces":"17"}}}""");
        container.Bundle.WithUserNamespace().Append("hooks.createRuntime", $$"""{"path":"{{hook}}"}""");
        CriuThatMakesNamespaces(container, "--user --map-root-user --net",
            "nsenter -t $init -U -n cat /proc/sys/net/ipv4/conf/d0/forwarding /proc/sys/user/max_mnt_namespaces; nsenter -t $init -n ip -o link show up");
        Restore(container).FailsWith("criu failed: type DUMP");
        Answer.Should().Be(Accepted);
        Seen.Should().SatisfyRespectively(line => line.Should().Be("1"), line => line.Should().Be("17"), line => line.Should().Contain(" lo:"));
        NothingIsLeft();
    }

    [OcirunFact(Words)]
    public void Network_devices_are_moved_again_and_come_back_after_a_failure()
    {
        ImagesOfNoPipes();
        Container container = NewContainer("""{"linux":{"netDevices":{"a0":{"name":"eth0"}}}}""");
        CriuThatMakesNamespaces(container, "--net", "nsenter -t $init -n ip -o link show dev eth0");
        container.Bundle.Write();
        string restore = $"{container.Runtime.Path} --root {Root} --criu {Directory}/bin/criu restore --detach --bundle {container.Bundle.Directory} --image-path {Images} {container.Id}";
        CommandResult result = Command.Run("unshare", ["-n", "sh", "-c",
            $"ip link add a0 type veth peer name peer0; ip addr add 192.0.2.5/24 dev a0; {restore}; ip -o addr show dev a0"]);
        result.Stderr.Should().Contain("criu failed: type DUMP").And.NotContain("clean up");
        Answer.Should().Be(Accepted);
        Seen.Should().ContainSingle().Which.Should().Contain(" eth0@").And.Contain("UP");
        result.Stdout.Should().Contain("inet 192.0.2.5/24");
        NothingIsLeft();
    }

    [OcirunFact(Words)]
    public void A_log_that_cannot_be_written_is_named()
    {
        ImagesOfNoPipes();
        string work = Path.Combine(Directory, "work");
        System.IO.Directory.CreateDirectory(Path.Combine(work, "dump.log"));
        Container container = Running();
        FakeCriu(container);
        Checkpoint(container, "--work-path", work).FailsWith($"write {work}/dump.log: unlink dump.log: is a directory; name another directory with --work-path");
        container.Status.Should().Be("running");
        System.IO.Directory.CreateDirectory(Path.Combine(Images, "restore.log"));
        Container restored = NewContainer();
        FakeCriu(restored);
        Restore(restored).FailsWith($"write {Images}/restore.log: unlink restore.log: is a directory; name another directory with --work-path");
        restored.Command("state", restored.Id).FailsWith("does not exist");
    }

    // CRIU mounts what it is told without following links, which the kernel refuses of a link.
    [OcirunFact(Words)]
    public void Sources_that_are_links_are_resolved()
    {
        ImagesOfNoPipes();
        string source = Path.Combine(Directory, "source"), link = Path.Combine(Directory, "link-to-it");
        System.IO.Directory.CreateDirectory(source);
        File.CreateSymbolicLink(link, source);
        Container container = NewContainer();
        container.Bundle.Append("mounts", $$"""{"destination":"/here","type":"bind","source":"{{link}}","options":["bind"]}""");
        Criu(container, $"""
            #!/usr/bin/python3
            import socket, sys
            service = socket.socket(fileno=int(sys.argv[2]))
            request = service.recv(65536)
            if request == b"\x08\x0a":
                service.send(bytes.fromhex("{Version3171}"))
                sys.exit()
            open("{Directory}/request", "wb").write(request)
            service.send(bytes.fromhex("{SaysNo}"))
            """);
        Restore(container).FailsWith("criu failed: type DUMP");
        string request = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(Path.Combine(Directory, "request")));
        // ext_mount_map: key (1) and value (2), each with its length.
        request.Should().Contain($"\n\u0005/here\u0012{(char)source.Length}{source}").And.NotContain(link);
    }

    // They may have been copied since checkpoint let it in.
    [OcirunFact(Words)]
    public void Images_for_a_user_namespace_are_made_readable_for_its_root()
    {
        ImagesOfNoPipes();
        string before = Path.Combine(Directory, "before");
        System.IO.Directory.CreateDirectory(before);
        File.CreateSymbolicLink(Path.Combine(Images, "parent"), "../before");
        // They never end, and that must not matter.
        File.CreateSymbolicLink(Path.Combine(before, "parent"), "../images");
        Command.Run("chmod", "700", Images, before).Succeeds();
        Container container = NewContainer();
        container.Bundle.WithUserNamespace();
        FakeCriu(container);
        Restore(container).FailsWith("criu failed: type DUMP");
        Command.Run("stat", "-c", "%a %g", Images, before).Succeeds().Lines.Should().Equal("750 100000", "750 100000");
    }
}
