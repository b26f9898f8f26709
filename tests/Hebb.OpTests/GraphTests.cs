using Hebb.Compile;

namespace Hebb.OpTests;

/// <summary>Every row of the op table as a graph: traced without values, its attributes sent through plain values, and run.</summary>
public class GraphTests
{
    public static IEnumerable<TheoryDataRow<string>> Names => OpTable.Names;

    [Theory, MemberData(nameof(Names))]
    public void ReplaysBitForBit(string name)
    {
        var row = OpTable.Case(name);
        var inputs = row.Inputs();
        var expected = row.Run(inputs);

        Graph graph;
        try
        {
            graph = Tracing.Trace(row.Run, Array.ConvertAll(inputs, x => new TensorSpec(x.Shape, x.DType)), lines: false);
        }
        catch (TraceException e)
        {
            Assert.Matches("^Trace: the shape of what .* gives depends on values", e.Message);
            return;
        }
        catch (HebbException e) when (e.GetType() == typeof(HebbException))
        {
            // The method looks at values before it applies an op: one_hot counts the classes.
            Assert.Matches("^the values of .* can't be read inside Trace", e.Message);
            return;
        }
        var outputs = Rebuilt(graph).Run(inputs);

        Assert.Equal(expected.Length, outputs.Length);
        for (int i = 0; i < outputs.Length; i++)
        {
            Assert.Equal(expected[i].Shape, outputs[i].Shape);
            Assert.Equal(expected[i].DType, outputs[i].DType);
            Assert.True(TensorBits.Equal(expected[i], outputs[i]), $"{name}, output {i}: {outputs[i]} instead of {expected[i]}\n{graph}");
        }
    }

    /// <summary>Files from before attention had windows and masks of blocks.</summary>
    [Fact]
    public void AttributesThatCameLaterHaveTheirOldMeaning()
    {
        var told = new Dictionary<string, object> { ["scale"] = 0.5, ["drop"] = 0.0, ["causal"] = true, ["past"] = 3L, ["masked"] = false };
        var old = AttributeRecord.Of(AttributeRecord.Create("attention", (name, _) => told.GetValueOrDefault(name), told.Count));
        Assert.Equal("scale=0.5, drop=0, causal=true, past=3, masked=false, window=0, block=0", old.ToString());

        told["window"] = 7L;
        Assert.Contains("window=7, block=0", AttributeRecord.Of(AttributeRecord.Create("attention", (name, _) => told.GetValueOrDefault(name), told.Count)).ToString());
        told["window"] = 7.0;
        Assert.Throws<FormatException>(() => AttributeRecord.Create("attention", (name, _) => told.GetValueOrDefault(name), told.Count));
        told.Remove("window");
        Assert.Throws<FormatException>(() => AttributeRecord.Create("attention", (name, _) => told.GetValueOrDefault(name), told.Count + 1));
        told.Remove("scale");
        var missing = Assert.Throws<FormatException>(() => AttributeRecord.Create("attention", (name, _) => told.GetValueOrDefault(name), told.Count));
        Assert.Equal("attention: the attribute scale is missing", missing.Message);
    }

    /// <summary>The graph with every op made anew from its name and attributes.</summary>
    private static Graph Rebuilt(Graph graph)
    {
        var values = new Dictionary<GraphValue, GraphValue>(ReferenceEqualityComparer.Instance);
        var nodes = new List<GraphNode>();
        foreach (var node in graph.Nodes)
        {
            var primitive = AttributeRecord.Of(node.Primitive).Create(node.Primitive.Name);
            GraphValue[] inputs = [.. node.Inputs.Select(v => values.GetValueOrDefault(v, v))];
            var specs = new TensorSpec[primitive.Outputs];
            primitive.Infer(Array.ConvertAll(inputs, v => v.Spec), specs);
            Assert.Equal(node.Outputs.Select(o => o.Spec), specs);
            var made = new GraphNode(primitive, inputs, specs);
            for (int i = 0; i < specs.Length; i++)
                values.Add(node.Outputs[i], made.Outputs[i]);
            nodes.Add(made);
        }
        return new Graph(graph.Inputs, nodes, graph.Outputs.Select(o => values.GetValueOrDefault(o, o)));
    }
}
