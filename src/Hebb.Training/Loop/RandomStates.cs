namespace Hebb;

/// <summary>Where all random streams of a run stand.</summary>
internal readonly record struct RandomStates(RngState Default, IReadOnlyList<RngState> Streams)
{
    public static RandomStates Take(IReadOnlyList<Rng> streams) => new(Rng.Default.State, streams.Count == 0 ? [] : [.. streams.Select(s => s.State)]);

    public void Restore(IReadOnlyList<Rng> streams)
    {
        Rng.Default.State = Default;
        for (int i = 0; i < streams.Count; i++)
            streams[i].State = Streams[i];
    }
}
