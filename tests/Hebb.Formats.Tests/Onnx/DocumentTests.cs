using Hebb.Onnx;

namespace Hebb.Formats.Tests.Onnx;

/// <summary>What docs/onnx.md says is there, and what is there it says.</summary>
public class DocumentTests
{
    [Fact]
    public void EveryOperatorIsListed()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Hebb.slnx")))
            folder = Path.GetDirectoryName(folder);
        Assert.SkipWhen(folder is null, "the documents are not beside the tests");
        string text = File.ReadAllText(Path.Combine(folder, "docs", "onnx.md"));
        var words = text[text.IndexOf("| family |", StringComparison.Ordinal)..].Split([' ', '|', '\n', ';', '(', ')', ','], StringSplitOptions.RemoveEmptyEntries).ToHashSet();
        string missing = string.Join(" ", OperatorTable.Names.Select(n => n.Name).Except(words));
        Assert.Equal("", missing);
        Assert.True(OperatorTable.Names.Count > 200);
    }
}
