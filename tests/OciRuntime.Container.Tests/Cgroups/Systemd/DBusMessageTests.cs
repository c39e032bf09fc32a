using System;
using System.Collections.Generic;
using FluentAssertions;
using OciRuntime.Container.Cgroups.Systemd.DBus;
using Xunit;

namespace OciRuntime.Container.Tests.Cgroups.Systemd;

/// <summary>Marshalling, against bytes worked out by hand from the D-Bus specification, and there and back again.</summary>
public sealed class DBusMessageTests
{
    private static DBusMessage Call(string signature, params object[] body) => new()
    {
        Type = DBusMessageType.MethodCall,
        Serial = 7,
        Path = "/org/freedesktop/systemd1",
        Interface = "org.freedesktop.systemd1.Manager",
        Member = "Test",
        Destination = "org.freedesktop.systemd1",
        Signature = signature,
        Body = body,
    };

    public static TheoryData<string, object[]> Bodies => new()
    {
        { "", [] },
        { "s", ["text"] },
        { "s", ["\u00e4\u20ac"] },
        { "ybnqiuxtd", [(byte)1, true, (short)-2, (ushort)3, -4, 5u, -6L, 7UL, 1.5] },
        { "og", ["/a/b", "a(ss)"] },
        { "as", [new List<object> { "a", "bc", "" }] },
        { "as", [new List<object>()] },
        { "ay", [new byte[] { 1, 2, 3 }] },
        { "yat", [(byte)1, new List<object> { 1UL, ulong.MaxValue }] },
        { "a(ss)", [new List<object> { new List<object> { "/dev/null", "rw" }, new List<object> { "char-*", "m" } }] },
        { "v", [new DBusValue("t", 1UL)] },
        { "ssa(sv)a(sa(sv))", ["u.scope", "replace", new List<object> { new List<object> { "PIDs", new DBusValue("au", new List<object> { 1u, 2u }) }, new List<object> { "Delegate", new DBusValue("b", true) } }, new List<object>()] },
        { "aas", [new List<object> { new List<object> { "a" }, new List<object>() }] },
        { "(y(ti))y", [new List<object> { (byte)1, new List<object> { 2UL, 3 } }, (byte)9] },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public void What_is_encoded_is_decoded(string signature, object[] body)
    {
        byte[] bytes = Call(signature, body).Encode();
        DBusMessage.LengthOf(bytes).Should().Be(bytes.Length);
        DBusMessage.Decode(bytes).Should().BeEquivalentTo(Call(signature, body), options => options.WithStrictOrdering());
    }

    [Fact]
    public void Messages_of_any_length_are_whole()
    {
        for (int length = 0; length < 3000; length += 7)
        {
            object[] body = [new string('x', length), new List<object> { new DBusValue("t", 1UL), new DBusValue("s", new string('y', length % 513)) }, "sig"];
            DBusMessage.Decode(Call("savg", body).Encode()).Body.Should().BeEquivalentTo(body, $"of length {length}");
        }
    }

    [Fact]
    public void The_bytes_are_those_of_the_specification()
    {
        byte[] bytes = new DBusMessage { Type = DBusMessageType.MethodCall, Serial = 1, Path = "/a", Member = "M", Signature = "yt", Body = [(byte)5, 6UL] }.Encode();
        bytes.Should().Equal(
            (byte)'l', 1, 0, 1, 16, 0, 0, 0, 1, 0, 0, 0, 40, 0, 0, 0,
            1, 1, (byte)'o', 0, 2, 0, 0, 0, (byte)'/', (byte)'a', 0, 0, 0, 0, 0, 0,
            3, 1, (byte)'s', 0, 1, 0, 0, 0, (byte)'M', 0, 0, 0, 0, 0, 0, 0,
            8, 1, (byte)'g', 0, 2, (byte)'y', (byte)'t', 0,
            5, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0);
    }

    [Fact]
    public void Big_endian_messages_are_understood()
    {
        byte[] bytes =
        [
            (byte)'B', 2, 0, 1, 0, 0, 0, 4, 0, 0, 0, 9, 0, 0, 0, 15,
            5, 1, (byte)'u', 0, 0, 0, 0, 3, 8, 1, (byte)'g', 0, 1, (byte)'u', 0, 0,
            0, 0, 1, 2,
        ];
        DBusMessage message = DBusMessage.Decode(bytes);
        message.ReplySerial.Should().Be(3);
        message.Serial.Should().Be(9);
        message.Body.Should().Equal(258u);
        DBusMessage.LengthOf(bytes).Should().Be(bytes.Length);
    }

    [Fact]
    public void A_body_with_a_dictionary_is_left_out()
    {
        byte[] bytes = new DBusMessage { Type = DBusMessageType.Signal, Serial = 1, Member = "PropertiesChanged", Signature = "s", Body = ["x"] }.Encode();
        // The header's signature "s" becomes "{" of the same length.
        int at = Array.LastIndexOf(bytes, (byte)'g') + 3;
        bytes[at] = (byte)'{';
        DBusMessage message = DBusMessage.Decode(bytes);
        message.Member.Should().Be("PropertiesChanged");
        message.Body.Should().BeEmpty();
    }

    [Fact]
    public void Damaged_messages_are_errors_and_nothing_worse()
    {
        byte[] good = Call("ssa(sv)a(sa(sv))", "u", "v", new List<object> { new List<object> { "a", new DBusValue("as", new List<object> { "b" }) } }, new List<object>()).Encode();
        var random = new Random(1);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bad = good[..(round % 3 == 0 ? random.Next(good.Length) : good.Length)];
            for (int change = random.Next(1, 4); change > 0 && bad.Length > 0; change--)
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            try
            {
                if (bad.Length >= DBusMessage.FixedHeader)
                {
                    DBusMessage.LengthOf(bad);
                    DBusMessage.Decode(bad);
                }
            }
            catch (DBusException)
            {
            }
        }
    }

    [Theory]
    [InlineData("s", 1)]
    [InlineData("ast", 2)]
    [InlineData("a(sv)u", 5)]
    [InlineData("aa(s(tu))y", 9)]
    [InlineData("(s)(s)", 3)]
    public void The_first_type_of_a_signature_ends_where_it_is_complete(string signature, int length) => DBusSignature.FirstType(signature).Should().Be(length);

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("(")]
    [InlineData("()")]
    [InlineData("(s")]
    [InlineData("z")]
    [InlineData("a{sv}")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaas")]
    public void Anything_else_is_no_signature(string signature) => FluentActions.Invoking(() => DBusSignature.FirstType(signature)).Should().Throw<DBusException>();

    [Theory]
    [InlineData("unix:path=/run/user/1000/bus", "/run/user/1000/bus")]
    [InlineData("unix:path=/a%20b,guid=12", "/a b")]
    [InlineData("tcp:host=x;unix:guid=1,abstract=/tmp/x;unix:path=/y", "@/tmp/x /y")]
    [InlineData("", "")]
    [InlineData("unixexec:path=/bin/x", "")]
    public void An_address_names_sockets(string address, string paths) => string.Join(' ', DBusAddress.SocketPaths(address)).Should().Be(paths);
}
