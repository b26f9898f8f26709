// Rng.Default, which models draw their first values from, is one for the process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
