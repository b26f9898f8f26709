// Rng.Default, which models and dropout draw from, is one for the process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
