using Hebb.Onnx;
using Hebb.Tests;

namespace Hebb.Formats.Tests.Onnx;

/// <summary>What docs/onnx.md says is there, and what is there it says.</summary>
public class DocumentTests
{
    [Fact]
    public void EveryOperatorIsListed()
    {
        string text = new DocsPage("onnx").Text;
        var words = text[text.IndexOf("| family |", StringComparison.Ordinal)..].Split([' ', '|', '\n', ';', '(', ')', ','], StringSplitOptions.RemoveEmptyEntries).ToHashSet();
        string missing = string.Join(" ", OperatorTable.Names.Select(n => n.Name).Except(words));
        Assert.Equal("", missing);
        Assert.True(OperatorTable.Names.Count > 200);
    }
}
