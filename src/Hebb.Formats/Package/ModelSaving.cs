using Hebb.Compile;
using Hebb.Package;

namespace Hebb;

/// <summary>Saving whole models: weights, graph, preprocessing, labels, schema and card in one file, which <see cref="Model.Load(string)"/> reads without the model's class.</summary>
public static class ModelSaving
{
    /// <summary>
    /// Saves a model as it computes in eval mode. What is known of it, <see cref="ModelInfo.Of"/>, goes along. The file takes the place of an old one only
    /// when it is complete; equal models give equal files.
    /// </summary>
    /// <param name="model">Any module of tensors to a tensor. Its mode stays as it is.</param>
    /// <param name="path">By custom it ends in <c>.hebb</c>.</param>
    /// <param name="example">Inputs at any batch size; by default shapes like those of the model's first call.</param>
    /// <exception cref="HebbException">The model was never called, and no example is given; or what it computes depends on values, so that it is no graph.</exception>
    /// <exception cref="IOException">The file can't be written; an old one is unharmed.</exception>
    public static void Save(this Module model, string path, params ReadOnlySpan<Tensor> example)
    {
        var content = PackageContent.Of(model, example);
        AtomicFile.Write(path, content.Write);
    }

    /// <summary>Saves a model to a stream that can seek.</summary>
    /// <inheritdoc cref="Save(Module, string, ReadOnlySpan{Tensor})"/>
    public static void Save(this Module model, Stream stream, params ReadOnlySpan<Tensor> example) => PackageContent.Of(model, example).Write(stream);
}
