namespace Hebb.Compile;

/// <summary>The passes of the compiler, in their order.</summary>
internal static class Pipeline
{
    /// <summary>A traced graph made ready for a plan: the same values from fewer and larger kernels.</summary>
    /// <param name="traced">The ops as the function applied them; stays as it is, for transforms.</param>
    /// <param name="guards">Gets what was computed ahead and must not change; null computes nothing ahead.</param>
    /// <param name="fuses">Whether ops become one where that pays.</param>
    public static Graph Optimize(Graph traced, List<VersionGuard>? guards, bool fuses = true)
    {
        var graph = guards is null ? traced : ConstantFolding.Fold(traced, guards);
        graph = KeptValues.Drop(DeadCode.Remove(CommonSubexpressions.Merge(Algebra.Simplify(graph, guards))));
        if (!fuses)
            return graph;
        if (guards is not null)
            graph = Patterns.Replace(graph, guards);
        graph = LookupProducts.Shrink(NormFolding.Fold(guards is null ? graph : ChannelFolding.Fold(graph, guards)));
        graph = PooledGradients.Shrink(graph);
        return ReductionFusion.Fuse(ElementwiseFusion.Fuse(ProductFusion.Fuse(ConvFusion.Fuse(graph, guards))));
    }
}
