namespace Hebb.Data;

/// <summary>One graph whose nodes have features and classes, and the published choice of nodes to train, validate and test with.</summary>
/// <param name="Name">The set's name.</param>
/// <param name="Features">Float32 [nodes, features].</param>
/// <param name="Labels">Int64 [nodes], the class of each node; -1 where it is not known.</param>
/// <param name="Edges">Int64 [2, edges]: from and to; an undirected edge stands in both directions.</param>
/// <param name="Train">Int64, the nodes to train with.</param>
/// <param name="Validation">Int64, those to validate with.</param>
/// <param name="Test">Int64, those to test with.</param>
/// <param name="Classes">The number of classes.</param>
public sealed record NodeGraph(string Name, Tensor Features, Tensor Labels, Tensor Edges, Tensor Train, Tensor Validation, Tensor Test, int Classes)
{
    /// <summary>Number of nodes.</summary>
    public int Nodes => Features.Shape[0];
}

public static partial class Catalog
{
    private static readonly CatalogEntry s_cora = Citations("cora", "2,708 papers, 1,433 words, 5,278 citations, 7 topics", 126_479, "b523c26e366c988f3956a7623db4789c4b2bc68f4831ebd9692be7e75b20d676");

    private static readonly CatalogEntry s_citeseer = Citations("citeseer", "3,327 papers, 3,703 words, 4,552 citations, 6 topics", 235_508, "8e39fb643e96c18726225f2cbb964f3e744ef5d8f9f084cfc120e38b2e28060c");

    private static CatalogEntry Citations(string name, string contents, long bytes, string sha256) => new()
    {
        Name = name,
        Task = "node classification",
        Contents = contents + "; the public split of 20 papers a topic, 500 and 1,000",
        Licence = "MIT",
        Source = "P. Sen and others, 2008; the split of Z. Yang and others, 2016, https://github.com/kimiyoung/planetoid",
        Files = [new(name + ".npz", bytes, sha256, [])],
    };

    /// <summary>Papers on machine learning that cite one another: 2,708 nodes, 7 classes; 140, 500 and 1,000 nodes of the public split.</summary>
    /// <param name="store">Where to look; by default as the environment says.</param>
    /// <exception cref="DataException">The file is missing; the message says how to get it.</exception>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public static NodeGraph Cora(DataStore? store = null) => ReadCitations(s_cora, store);

    /// <summary>Papers on computer science that cite one another: 3,327 nodes, 6 classes; 120, 500 and 1,000 nodes of the public split.</summary>
    /// <inheritdoc cref="Cora"/>
    public static NodeGraph Citeseer(DataStore? store = null) => ReadCitations(s_citeseer, store);

    private static NodeGraph ReadCitations(CatalogEntry entry, DataStore? store)
    {
        var (bytes, source) = (store ?? DataStore.FromEnvironment()).Read(entry, entry.Files[0].Name);
        using var arrays = Npz.Open(new MemoryStream(bytes, writable: false), source);
        long[] size = Integers("x_shape"), starts = Integers("x_indptr"), columns = Integers("x_indices"), labels = Integers("y");
        float[] values = arrays["x_data"].To(DType.Float32).ToArray<float>();
        if (size is not [> 0 and < 1 << 24, > 0 and < 1 << 24] || size[0] * size[1] > 1 << 28) throw Broken("x_shape is no size of a table");
        if (starts.Length != size[0] + 1 || labels.Length != size[0] || columns.Length != values.Length) throw Broken("its arrays do not fit together");
        var features = Tensor.Empty([(int)size[0], (int)size[1]]);
        var cells = features.AsSpan<float>();
        cells.Clear();
        for (int row = 0; row < size[0]; row++)
        {
            if (starts[row] < 0 || starts[row] > starts[row + 1] || starts[row + 1] > columns.Length) throw Broken("x_indptr does not go up to the end");
            for (long k = starts[row]; k < starts[row + 1]; k++)
            {
                if ((ulong)columns[k] >= (ulong)size[1]) throw Broken($"x_indices has {columns[k]}, outside 0 to {size[1] - 1}");
                cells[(int)(row * size[1] + columns[k])] = values[k];
            }
        }
        int classes = (int)Math.Clamp(labels.Max() + 1, 1, int.MaxValue);
        Check([.. labels.Where(l => l != -1)], "y", classes);
        var edges = arrays["edge_index"].To(DType.Int64);
        if (edges.Rank != 2 || edges.Shape[0] != 2) throw Broken($"edge_index is {edges.Shape}, not [2, edges]");
        Check(edges.ToArray<long>(), "edge_index", size[0]);
        return new NodeGraph(entry.Name, features, Tensor.From(labels), edges, Nodes("train_index"), Nodes("val_index"), Nodes("test_index"), classes);

        long[] Integers(string name) => arrays[name].To(DType.Int64).ToArray<long>();

        Tensor Nodes(string name)
        {
            long[] nodes = Integers(name);
            Check(nodes, name, size[0]);
            return Tensor.From(nodes);
        }

        void Check(long[] numbers, string name, long end)
        {
            foreach (long number in numbers)
                if ((ulong)number >= (ulong)end) throw Broken($"{name} has {number}, outside 0 to {end - 1}");
        }

        FormatException Broken(string what) => new($"{source}: {what}");
    }
}
