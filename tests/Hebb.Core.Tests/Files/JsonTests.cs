using System.Text;
using System.Text.Json;
using Hebb.Files;

namespace Hebb.Core.Tests.Files;

public sealed class JsonTests
{
    private static readonly string[] Texts =
    [
        "{\"name\": \"a\\u00e9\\n\\ud83d\\ude00\", \"list\": [1, -2.5e3, 0, 1e-7, true, false, null, [], {}], \"name\": \"later\", \"ä\": {\"b\\\"c\": [[3]]}}",
        "[9223372036854775807, 9223372036854775808, 2147483647, 2147483648, -0, 1.0, 1e2, 0.1, 123456789.123456789]",
        " \"plain text of some length\" ",
        "-12.5E+2",
        new string('[', 64) + new string(']', 64),
        new string('[', 65) + new string(']', 65),
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "[01]", "[1.]", "[.5]", "[+1]", "[1e]", "[1,]", "{\"a\":1,}", "{\"a\"}", "{a:1}", "tru", "nul", "truee", "[\"\t\"]", "[\"\\x\"]", "[\"\\u12g4\"]", "\"", "\"\\", "\"\\u12", "", " ", "[1] 2", "// c\n1", "\ufeff1", "]", "{", "[", "-", "--1", "1 2", "NaN",
    ];

    public static TheoryData<string> All => [.. Texts];

    [Theory]
    [MemberData(nameof(All))]
    public void ReadsWhatTheSystemsReaderDoes(string text) => Compare(Encoding.UTF8.GetBytes(text));

    [Fact]
    public void ReadsChangedTextsAsTheSystemsReaderDoes()
    {
        var random = new Random(5);
        const string signs = "{}[]\",:\\u0123456789eE+-.tfn \t\u00ff\u0080a/";
        int accepted = 0;
        for (int round = 0; round < 20_000; round++)
        {
            var text = new List<byte>(Encoding.UTF8.GetBytes(Texts[random.Next(4)]));
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                int at = random.Next(text.Count);
                switch (random.Next(3))
                {
                    case 0:
                        text[at] = (byte)signs[random.Next(signs.Length)];
                        break;
                    case 1:
                        text.RemoveAt(at);
                        break;
                    default:
                        text.Insert(at, (byte)signs[random.Next(signs.Length)]);
                        break;
                }
            }
            accepted += Compare([.. text]) ? 1 : 0;
        }
        Assert.InRange(accepted, 2000, 18_000);
    }

    [Fact]
    public void ErrorsNameThePlace()
    {
        var json = Json.Parse("{\"a\": [1, {\"b\": \"x\"}], \"c\": 1.5}"u8.ToArray(), "f");
        Assert.Equal("f.a[1].b is no integer of 32 bits", Error(() => json["a"].Items()[1]["b"].Int()));
        Assert.Equal("f.c is no integer of 64 bits", Error(() => json["c"].Long()));
        Assert.Equal("f.a[0] has no \"z\"", Error(() => _ = json["a"].Items()[0]["z"]));
        Assert.Equal("f.a is no object", Error(() => json["a"].Members()));
        Assert.Equal("f is no list", Error(() => json.Items()));
        Assert.Equal("f is no JSON: byte 5 should be ',' or ']'", Error(() => Json.Parse("[1,2 3]"u8.ToArray(), "f")));
        Assert.Equal("f is no JSON: it ends where a value should come", Error(() => Json.Parse("{\"a\":"u8.ToArray(), "f")));
    }

    private static string Error(Action act) => Assert.Throws<FormatException>(act).Message;

    /// <summary>Whether both readers take it; they must agree, and on what it says.</summary>
    private static bool Compare(byte[] text)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            Assert.Throws<FormatException>(() => Json.Parse(text, "x"));
            return false;
        }
        using (document)
            Same(document.RootElement, Json.Parse(text, "x"));
        return true;
    }

    private static void Same(JsonElement expected, Json json)
    {
        Assert.Equal(expected.ValueKind.ToString(), json.Kind.ToString());
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                var members = Try(() => expected.EnumerateObject().Select(p => (p.Name, p.Value)).ToArray());
                if (members is null)
                {
                    Assert.Throws<FormatException>(json.Members);
                    break;
                }
                var read = json.Members();
                Assert.Equal(members.Select(m => m.Name), read.Select(m => m.Name));
                for (int i = 0; i < members.Length; i++)
                {
                    Same(members[i].Value, read[i]);
                    Same(Array.FindLast(members, m => m.Name == members[i].Name).Value, json[members[i].Name]);
                }
                break;
            case JsonValueKind.Array:
                var items = json.Items();
                Assert.Equal(expected.GetArrayLength(), items.Count);
                for (int i = 0; i < items.Count; i++)
                    Same(expected[i], items[i]);
                break;
            case JsonValueKind.String:
                string? text = Try(expected.GetString);
                if (text is null)
                    Assert.Throws<FormatException>(json.Text);
                else
                    Assert.Equal(text, json.Text());
                break;
            case JsonValueKind.Number:
                Assert.Equal(BitConverter.DoubleToInt64Bits(expected.GetDouble()), BitConverter.DoubleToInt64Bits(json.Number()));
                Assert.Equal(expected.TryGetInt32(out int small), Passes(() => Assert.Equal(small, json.Int())));
                Assert.Equal(expected.TryGetInt64(out long large), Passes(() => Assert.Equal(large, json.Long())));
                break;
            case JsonValueKind.True or JsonValueKind.False:
                Assert.Equal(expected.GetBoolean(), json.Bool());
                break;
        }
    }

    private static bool Passes(Action act)
    {
        try
        {
            act();
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static T? Try<T>(Func<T> read) where T : class?
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
