namespace Hebb.Tests;

/// <summary>
/// Tests that set <c>Rng.Default</c> or count on what it draws. The stream is the process's and every initialiser draws from it, so they run while no other test does.
/// </summary>
[CollectionDefinition(nameof(DefaultRng), DisableParallelization = true)]
public sealed class DefaultRng;
