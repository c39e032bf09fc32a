using System;
using FluentAssertions;
using OciRuntime.Container.Checkpoint;
using Xunit;

namespace OciRuntime.Container.Tests.Checkpoint;

/// <summary>
/// CRIU's messages. The bytes are those that the messages of Debian's criu 3.17.1 (pycriu/rpc_pb2.py) are written as by
/// Google's protobuf for Python: SerializeToString().hex().
/// </summary>
public sealed class CriuMessageTests
{
    [Fact]
    public void A_request_for_the_version() => Hex(Criu.Request(CriuRequestType.Version)).Should().Be("080a");

    [Fact]
    public void A_request_for_features()
    {
        ProtobufWriter features = new ProtobufWriter().Bool(CriuField.Features.MemTrack, true).Bool(CriuField.Features.LazyPages, true);
        Hex(Criu.Request(CriuRequestType.FeatureCheck).Message(CriuField.Request.Features, features)).Should().Be("08092a0408011001");
    }

    [Fact]
    public void An_answer_to_a_notification() =>
        Hex(Criu.Request(CriuRequestType.Notify).Bool(CriuField.Request.NotifySuccess, true)).Should().Be("08061801");

    [Fact]
    public void A_dump()
    {
        ProtobufWriter options = new ProtobufWriter()
            .Number(CriuField.Options.ImagesDirectory, 5)
            .Number(CriuField.Options.Pid, 70000)
            .Bool(CriuField.Options.LeaveRunning, true)
            .Text(CriuField.Options.LogFile, "dump.log")
            .Message(CriuField.Options.PageServer, new ProtobufWriter().Text(CriuField.PageServer.Address, "192.0.2.7").Number(CriuField.PageServer.Port, 9876))
            .Message(CriuField.Options.ExtMount, new ProtobufWriter().Text(CriuField.Pair.Key, "/data").Text(CriuField.Pair.Value, "/data"))
            .Append(new ProtobufWriter().Number(CriuField.Options.ManageCgroupsMode, 3))
            .Text(CriuField.Options.External, "net[4026531840]:extRootNetNS")
            .Number(CriuField.Options.EmptyNamespaces, 0x40000000)
            .Text(CriuField.Options.FreezeCgroup, "/sys/fs/cgroup/é");
        Hex(Criu.Request(CriuRequestType.Dump).Message(CriuField.Request.Options, options)).Should().Be(
            "08011270080510f0a2041801520864756d702e6c6f675a0e0a093139322e302e322e3710944dba010e0a052f6461746112052f64617461900203" +
            "aa021c6e65745b343032363533313834305d3a657874526f6f744e65744e53b0028080808004e202112f7379732f66732f6367726f75702fc3a9");
    }

    [Fact]
    public void A_negative_number_is_ten_bytes() =>
        Hex(new ProtobufWriter().Number(CriuField.Options.ImagesDirectory, -1)).Should().Be("08ffffffffffffffffff01");

    [Fact]
    public void The_version()
    {
        CriuResponse response = Parse("080a1001520d080310111a0576332e31372001");
        (response.Type, response.Success, response.Version).Should().Be((CriuRequestType.Version, true, 31701));
    }

    [Fact]
    public void A_notification()
    {
        CriuResponse response = Parse("080610012a120a0c706f73742d726573746f726510bbb902");
        (response.Type, response.Success, response.Script, response.Pid).Should().Be((CriuRequestType.Notify, true, "post-restore", 40123));
    }

    [Fact]
    public void A_failure()
    {
        CriuResponse response = Parse("08011000385f4a184572726f722028637269752f782e633a31293a206e6f0000");
        (response.Type, response.Success, response.Errno, response.ErrorMessage).Should().Be((CriuRequestType.Dump, false, 95, "Error (criu/x.c:1): no"));
        Parse("0801100038fbffffffffffffffff01").Errno.Should().Be(-5);
    }

    [Fact]
    public void Features()
    {
        CriuResponse response = Parse("080910014206080110001801");
        (response.MemTrack, response.LazyPages).Should().Be((true, false));
    }

    [Fact]
    public void Fields_that_nobody_asked_for_are_passed_over() => Parse("08021001220308ac02").Type.Should().Be(CriuRequestType.Restore);

    [Theory]
    [InlineData("08")]
    [InlineData("0a05616263")]
    [InlineData("0affffffffffffffffff01")]
    [InlineData("08ffffffffffffffffffffff01")]
    [InlineData("0b")]
    [InlineData("0901020304")]
    public void What_is_no_message_is_an_error(string hex)
    {
        Action parse = () => Parse(hex);
        parse.Should().Throw<FormatException>();
    }

    private static string Hex(ProtobufWriter message) => Convert.ToHexStringLower(message.Written);

    private static CriuResponse Parse(string hex) => CriuResponse.Parse(Convert.FromHexString(hex));
}
