using static Hebb.Data.Tests.CatalogSetTests;

namespace Hebb.Data.Tests;

/// <summary>The same for sound, drawings, graphs, molecules and pictures, in a class of its own: both run at once.</summary>
public class CatalogMediaTests
{
    [Fact]
    public void SpokenDigits()
    {
        Need("fsdd");
        var (train, test) = Catalog.SpokenDigits(Store);
        Assert.Equal((2700, 300), (train.Count, test.Count));
        Assert.All(Enumerable.Range(0, 300), i => Assert.Equal((8000, 1), (test[i].Audio.SampleRate, test[i].Audio.Channels)));
        Assert.Equal(6, Enumerable.Range(0, 300).Select(i => test[i].Speaker).Distinct().Count());
        Assert.All(Enumerable.Range(0, 10), digit => Assert.Equal(30, Enumerable.Range(0, 300).Count(i => test[i].Label == digit)));
        Assert.Equal(("george", 2384), (test[0].Speaker, test[0].Audio.Frames)); // 0_george_0.wav: 4,812 bytes with a header of 44
    }

    [Fact]
    public void MusicAndDrawing()
    {
        Need("jsb-chorales");
        foreach (bool sixteenths in (bool[])[true, false])
        {
            var (train, validation, test) = Catalog.JsbChorales(sixteenths, Store);
            Assert.Equal((229, 76, 77), (train.Count, validation.Count, test.Count));
            Assert.Equal(sixteenths ? [65, 60, 57, 53] : [72, 76, 79, 84], test[0][0]);
        }
        Need("sketch");
        foreach (var (name, counts) in ((string, (int, int, int))[])[("aaron_sheep", (7400, 300, 300)), ("omniglot", (30_000, 1000, 1000))])
        {
            var (train, validation, test) = Catalog.Sketch(name, Store);
            Assert.Equal(counts, (train.Count, validation.Count, test.Count));
            Assert.Equal((DType.Int16, 3), (train[0].DType, train[0].Shape[1]));
        }
    }

    [Fact]
    public void CitationGraphs()
    {
        Need("cora");
        Need("citeseer");
        Check(Catalog.Cora(Store), 2708, 1433, 10_556, 140, 7, [3L, 4, 4, 0, 3], 49_216);
        Check(Catalog.Citeseer(Store), 3327, 3703, 9104, 120, 6, [3L, 1, 5, 5, 3], 105_165);

        static void Check(NodeGraph graph, int nodes, int features, int edges, int train, int classes, long[] labels, int words)
        {
            Assert.Equal(Shape.Create([nodes, features]), graph.Features.Shape);
            Assert.Equal(Shape.Create([2, edges]), graph.Edges.Shape);
            Assert.Equal((train, 500, 1000, classes), (graph.Train.Shape[0], graph.Validation.Shape[0], graph.Test.Shape[0], graph.Classes));
            Assert.Equal(labels, graph.Labels.ToArray<long>()[..5]);
            Assert.Equal(words, graph.Features.ToArray<float>().Sum(), 0.5);
        }
    }

    [Theory]
    [InlineData("MUTAG", 188, 2, 3371, 7442)]
    [InlineData("PTC", 344, 2, 8792, 17_862)]
    [InlineData("ENZYMES", 600, 6, 19_580, 74_564)]
    [InlineData("IMDBBINARY", 1000, 2, 19_773, 193_062)]
    [InlineData("PROTEINS", 1113, 2, 43_471, 162_088)]
    [InlineData("NCI1", 4110, 2, 122_747, 265_506)]
    public void GraphSets(string name, int count, int classes, int nodes, int edges)
    {
        Need("graph-classification");
        var graphs = Catalog.GraphClassification(name, Store);
        Assert.Equal((count, classes), (graphs.Count, graphs.Info.Labels!.Count));
        Assert.Equal((nodes, edges), (Enumerable.Range(0, count).Sum(i => graphs[i].NodeLabels.Count), Enumerable.Range(0, count).Sum(i => graphs[i].Edges.Count)));
    }

    [Fact]
    public void KnowledgeGraphs()
    {
        Need("knowledge-graphs");
        Check("FB15k-237", 14_541, 237, 272_115, 17_535, 20_466);
        Check("WN18RR", 40_943, 11, 86_835, 3034, 3134);
        Check("kinship", 104, 25, 8544, 1068, 1074);
        Check("umls", 135, 46, 5216, 652, 661);

        static void Check(string name, int entities, int relations, int train, int validation, int test)
        {
            var graph = Catalog.KnowledgeGraph(name, Store);
            Assert.Equal((entities, relations), (graph.Entities.Count, graph.Relations.Count));
            Assert.Equal((train, validation, test), (graph.Train.Shape[0], graph.Validation.Shape[0], graph.Test.Shape[0]));
        }
    }

    [Fact]
    public void MoleculesInSpace()
    {
        Need("gdb1k");
        var molecules = Catalog.Gdb1k(Store);
        Assert.Equal(1000, molecules.Count);
        Assert.Equal(["C", "C", "C", "N", "H"], molecules[0].Elements);
        Assert.Equal([(0, 1, 3), (0, 4, 1), (1, 2, 1), (2, 3, 3)], molecules[0].Bonds);
        Assert.Equal(2.1402f, molecules[0].Positions.ToArray<float>()[3]);
    }

    [Fact]
    public void Ratings()
    {
        Need("ml-100k");
        var seen = new HashSet<(long, long)>();
        for (int fold = 1; fold <= 5; fold++)
        {
            var set = Catalog.MovieLens100K(fold, Store);
            Assert.Equal((80_000, 20_000, 943, 1682), (set.Train.Count, set.Test.Count, set.UserCount, set.ItemCount));
            seen.UnionWith(set.Test.Users.ToArray<long>().Zip(set.Test.Items.ToArray<long>()));
            if (fold > 1) continue;
            Assert.Equal("Toy Story (1995)", set.Titles[0]);
            Assert.Equal(["Animation", "Children's", "Comedy"], set.Genres[0]);
            Assert.Equal((0L, 0L, 5f, 874965758L), (set.Train.Users.ToArray<long>()[0], set.Train.Items.ToArray<long>()[0], set.Train.Values.ToArray<float>()[0], set.Train.Times.ToArray<long>()[0]));
            Assert.Equal("technician", set.Users["occupation"].Text(0));
        }
        Assert.Equal(100_000, seen.Count); // the five test sets are all ratings
    }

    [Fact]
    public void Proteins()
    {
        Need("cb513");
        var proteins = Catalog.Cb513(Store);
        Assert.Equal(511, proteins.Count);
        Assert.StartsWith("RTDCYGNVNRIDTTGASCKTAKPEGLSYCGVSASKKIAERDLQAMDRYKTIIKKVGEKLCVEPAVIAGIISRESHAGK", proteins[0].Residues);
        Assert.Equal(144_011, Enumerable.Range(0, 511).Sum(i => proteins[i].Residues.Length));
    }

    [Fact]
    public void FewShot()
    {
        Need("omniglot");
        var first = Catalog.Omniglot(1, Store);
        Assert.Equal(136, first.Count);
        if (Environment.GetEnvironmentVariable("HEBB_TEST_ALL") == "1") Assert.Equal(156, Catalog.Omniglot(2, Store).Count);
        Assert.All(Enumerable.Range(0, 136), i => Assert.Equal(20, first[i].Images.Count));
        Assert.Equal(("Balinese", "character01", 105, 105), (first[0].Alphabet, first[0].Character, first[0].Images[0].Width, first[0].Images[0].Height));
        var tasks = Catalog.OmniglotTasks(Store);
        Assert.Equal(20, tasks.Count);
        Assert.All(Enumerable.Range(0, 20), i => Assert.Equal((20, 20, 20), (tasks[i].Classes.Count, tasks[i].Queries.Count, tasks[i].Answers.Distinct().Count())));
        Assert.Equal([7, 8, 1], tasks[0].Answers.Take(3));
    }

    [Fact]
    public void Segmentation()
    {
        Need("isbi-membrane");
        var (train, test) = Catalog.IsbiMembrane(Store);
        Assert.Equal(Shape.Create([30, 1, 512, 512]), train.Inputs.Shape);
        Assert.Equal(Shape.Create([30, 512, 512]), train.Targets.Shape);
        Assert.Equal(Shape.Create([30, 1, 512, 512]), test.Shape);
        Assert.InRange(train.Targets.ToArray<long>().Average(), 0.7, 0.85); // most of a picture is cells
    }

    [Fact]
    public void Detection()
    {
        Need("bccd");
        var (train, validation, test) = Catalog.Bccd(Store);
        Assert.Equal((205, 87, 72), (train.Count, validation.Count, test.Count));
        var sample = validation[0];
        Assert.Equal(("BloodImage_00000", 640, 480, 3), (sample.Name, sample.Image.Width, sample.Image.Height, sample.Image.Channels));
        Assert.Contains(new LabelledBox(1, 260, 177, 491, 376), sample.Boxes);
    }

    [Fact]
    public void MedicalImages()
    {
        Need("pneumoniamnist");
        var (train, validation, test) = Catalog.PneumoniaMnist(Store);
        Assert.Equal((3882, 524, 624), (train.Count, validation.Count, test.Count));
        Assert.Equal(Shape.Create([3882, 1, 28, 28]), train.Inputs.Shape);
        Assert.Equal(390, test.Targets.ToArray<long>().Sum());
    }

    [Fact]
    public void Captions()
    {
        Need("emoji-captions");
        var emoji = Catalog.EmojiCaptions(Store);
        Assert.Equal(1911, emoji.Count);
        Assert.Equal("hash key", emoji[0].Caption);
        Assert.All(Enumerable.Range(0, 1911 / 13), i => Assert.Equal((64, 64), (emoji[13 * i].Image.Width, emoji[13 * i].Image.Height)));
    }
}
