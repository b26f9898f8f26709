namespace Hebb.Onnx.Export;

/// <summary>The primitives that are not written, and why.</summary>
internal static class MissingExports
{
    public static void Add(ExportTable table)
    {
        table.Miss("its output's shape depends on values, so that no model with it can be traced", "nonzero", "unique");
        table.Miss("the operator set has no decompositions and systems of equations", "cholesky", "cofactor", "eigh", "inverse", "qr", "slogdet", "solve", "solve_triangular", "svd");
        table.Miss("the operator set has no such special function", "digamma", "erfinv", "lgamma", "polygamma");
        table.Miss("a part of a derivative that no operator computes; models for inference have none", "avg_pool_grad", "elu_grad", "gelu_grad", "gelu_tanh_grad", "grid_to_grid", "grid_to_image", "gru_grad",
            "hardswish_grad", "larger_grad", "lstm_grad", "mish_grad", "pad_fold", "place_class", "resample_back", "rnn_grad", "softplus_grad");
        table.Miss("a runtime draws random numbers without keys", "random_fold_in", "random_split");
        table.Miss("the operator set draws no permutations", "random_permutation");
        table.Miss("the operator set has no complex numbers", "conj");
    }
}
