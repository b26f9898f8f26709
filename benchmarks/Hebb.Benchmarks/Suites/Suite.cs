namespace Hebb.Benchmarks;

/// <summary>Cases that belong together.</summary>
internal abstract class Suite
{
    public abstract string Name { get; }

    public abstract string About { get; }

    public abstract IReadOnlyList<BenchCase> Cases { get; }

    /// <summary>Why it can't run on this machine and what mends that, in one line; null if it can.</summary>
    public virtual string? Missing => null;

    /// <summary>Facts beyond the rows, as lines of text; run when no case is named.</summary>
    public virtual IEnumerable<string> Notes() => [];

    /// <summary>The yardsticks that run in this process.</summary>
    public static IReadOnlyList<string> LocalPeers { get; } = ["copy", "bare", "eager"];

    public static IReadOnlyList<Suite> All { get; } =
        [new GemmSuite(), new ConvSuite(), new AttentionSuite(), new ElementwiseSuite(), new RnnSuite(), new OverheadSuite(), new TrainSuite(), new OnnxSuite(), new TokenizerSuite()];
}
