using Hebb.Diagnostics;
using Hebb.Transforms;

namespace Hebb.Memory;

/// <summary>What is known of a block that is in use, for reports.</summary>
internal readonly struct BlockNote
{
    /// <summary>Results of this size take milliseconds to write, so that finding the line of the program costs nothing beside.</summary>
    private const long AlwaysLine = 32L << 20;

    /// <summary>Smaller ones never matter in a report.</summary>
    private const long LeastLine = 1L << 20;

    /// <summary>The tensor that it was taken for; no shape for what is none.</summary>
    public readonly TensorSpec? Spec;

    /// <summary>The op that was running, or what else it serves.</summary>
    public readonly string? Use;

    private readonly string? _module;
    private readonly bool _isBackward;

    /// <summary>Where the op was called.</summary>
    public readonly string? Line;

    /// <summary>Memory of the engine itself.</summary>
    public BlockNote(string use) => Use = use;

    /// <summary>Memory of a tensor that is made now.</summary>
    public BlockNote(in TensorSpec spec, long bytes, EngineThread thread)
    {
        (Spec, Use) = (spec, thread.Running?.Name);
        (_module, _isBackward) = thread.Backward is { } node ? (node.Path ?? node.Primitive?.DisplayName, true) : (thread.ModulePath, false);
        if (bytes >= LeastLine && (bytes >= AlwaysLine || DebugSettings.Lines || Allocator.IsShort))
            Line = SourceLine.OfCaller();
    }

    /// <summary>The module that was running, or whose backward was.</summary>
    public string? Path => _isBackward ? $"backward of {_module}" : _module;

    /// <summary>Whether it holds tensors too small for blocks of their own.</summary>
    public bool IsSlab => ReferenceEquals(Use, SmallTensors);

    public const string SmallTensors = "tensors up to 16 KiB";
}
