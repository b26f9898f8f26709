using System.Runtime.CompilerServices;

namespace Hebb;

/// <summary>How kernels are compiled.</summary>
internal static class Jit
{
    // The JIT would begin such methods in its unoptimised tier, where code of nested generics runs 50 times slower. But what asks for this is never
    // precompiled, so a build for ReadyToRun (the property HebbPrecompiled) does without it: there the code is optimised from the start. That pays only
    // where instances of the kernels are precompiled too, in one image of all assemblies; elsewhere they would begin unoptimised.
    /// <summary>For loops that must be compiled in full at once.</summary>
#if HEBB_PRECOMPILED
    public const MethodImplOptions Full = 0;
#else
    public const MethodImplOptions Full = MethodImplOptions.AggressiveOptimization;
#endif
}
