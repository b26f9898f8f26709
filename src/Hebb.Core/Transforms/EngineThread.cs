using System.Runtime.CompilerServices;
using Hebb.Compile;
using Hebb.Diagnostics;
using Hebb.Memory;
using Hebb.Modules;
using Hebb.Ops;

namespace Hebb.Transforms;

/// <summary>What the engine knows of a thread: one object, so that an op looks it up once.</summary>
internal sealed class EngineThread
{
    [ThreadStatic]
    private static EngineThread? t_current;

    public readonly CpuContext Kernels = new();
    public readonly SmallHeap Heap = new();
    public readonly NumberCache Numbers = new();

    /// <summary>The innermost open scope.</summary>
    public ScopeState? Scope;

    /// <summary>What the backward pass that is going on made.</summary>
    public GradientMemory? Gradients;

    /// <summary>The number of the last node that this thread made. See <see cref="Node.Sequence"/>.</summary>
    public long Sequence;

    /// <summary>How often a loop served as a batching rule.</summary>
    public long Loops;

    public bool GradDisabled;
    public bool DetectsAnomalies;

    /// <summary>The trace that is going on.</summary>
    public TraceInterpreter? Trace;

    /// <summary>The innermost batch that <c>Vmap</c> carries a function over.</summary>
    public BatchInterpreter? Batch;

    /// <summary>What stands in for parameters.</summary>
    public BoundParameters? Bound;

    /// <summary>Lets a test see every op that this thread applies.</summary>
    public Action<Primitive>? Observer
    {
        get;
        set => (field, IsWatched) = (value, value is not null || Profile is not null || Autocast is not null);
    }

    /// <summary>Takes the times of the kernels that this thread runs.</summary>
    public ProfileRecorder? Profile
    {
        get;
        set => (field, IsWatched) = (value, value is not null || Observer is not null || Autocast is not null);
    }

    /// <summary>What casts the inputs of ops.</summary>
    public AutocastState? Autocast
    {
        get;
        set => (field, IsWatched) = (value, value is not null || Observer is not null || Profile is not null);
    }

    /// <summary>Whether there is an <see cref="Observer"/>, a <see cref="Profile"/> or an <see cref="Autocast"/>: one look for all.</summary>
    public bool IsWatched { get; private set; }

    /// <summary>The path of the module that is running, such as <c>model.head</c>.</summary>
    public string? ModulePath;

    /// <summary>The step of the tape whose derivative is being computed.</summary>
    public Node? Backward;

    /// <summary>Where the op that a graph applies again was called when it was traced; null outside graphs.</summary>
    public string? ReplayedLine;

    /// <summary>The number of the recomputation for backward that is going on; 0 for none. See <see cref="CheckpointOp"/>.</summary>
    public int Recomputation;

    /// <summary>How many recomputations this thread has begun.</summary>
    public int Recomputations;

    /// <summary>Whether what is being traced lies within a checkpoint.</summary>
    public bool IsCheckpointed;

    /// <summary>Gathers the parameters that are used.</summary>
    public ParameterWatch? Watch;

    /// <summary>The op whose kernel is running.</summary>
    public Primitive? Running;

    /// <summary>Where an op that is applied now belongs: to the module that is running, or to the backward of one.</summary>
    public string? OpPath => Backward is { } node ? $"backward of {node.Path ?? node.Primitive?.DisplayName}" : ModulePath;

    public static EngineThread Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => t_current ?? Create();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static EngineThread Create() => t_current = new EngineThread();
}
