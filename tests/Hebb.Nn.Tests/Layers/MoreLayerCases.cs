namespace Hebb.Nn.Tests;

/// <summary>The layers of Goldens/more_layers.py under its names.</summary>
internal static class MoreLayerCases
{
    public static Module Make(string name) => name switch
    {
        "weight_norm" => new WeightNorm(new Linear(4, 3)),
        "weight_norm_conv" => new WeightNorm(new Conv2d(2, 3, 2), axis: 1),
        "weight_norm_one" => new WeightNorm(new Linear(4, 3, bias: false), axis: null),
        "spectral_norm" => new SpectralNorm(new Linear(4, 3)),
        "spectral_norm_transposed" => new SpectralNorm(new ConvTranspose2d(2, 3, 2), powerIterations: 2),
        "bag_mean" => new EmbeddingBag(7, 3),
        "bag_sum" => new EmbeddingBag(7, 3, BagMode.Sum, paddingIndex: 2),
        "bag_max" => new EmbeddingBag(7, 3, BagMode.Max),
        "bag_mean_offsets" => new EmbeddingBag(7, 3, paddingIndex: -4),
        "bag_max_offsets" => new EmbeddingBag(7, 3, BagMode.Max, includeLastOffset: true),
        "bag_weights" => new EmbeddingBag(7, 3, BagMode.Sum),
        "local_response_norm" => new LocalResponseNorm(3, 0.5, 0.6, 2),
        "local_response_norm_even" => new LocalResponseNorm(4, 1),
        "cosine_similarity" => new CosineSimilarity(2),
        "pairwise_distance" => new PairwiseDistance(3, keepDim: true),
        "softmin" => new Softmin(1),
        "softmax2d" => new Softmax2d(),
        "rrelu" => new RReLU(),
        "adaptive_log_softmax" or "adaptive_log_softmax_loss" => new AdaptiveLogSoftmaxWithLoss(8, 9, [2, 5], 2, headBias: true),
        "residual" => new Residual(new Linear(4, 4)),
        "residual_shortcut" => new Residual(new Linear(4, 3), new Linear(4, 3, bias: false)),
        _ => Image(name) ?? Padding(name) ?? throw new ArgumentException(name),
    };

    private static Module? Image(string name) => name switch
    {
        "fold" => new Fold((5, 4), (2, 3), padding: 1, stride: (1, 2)),
        "unfold" => new Unfold((2, 3), (2, 1), (1, 2), 2),
        "channel_shuffle" => new ChannelShuffle(3),
        "upsampling_nearest2d" => new UpsamplingNearest2d(2),
        "upsampling_bilinear2d" => new UpsamplingBilinear2d(3),
        "max_unpool1d" => new MaxUnpool1d(2),
        "max_unpool2d" => new MaxUnpool2d(2),
        "max_unpool3d" => new MaxUnpool3d(2),
        "fractional_max_pool2d" => new FractionalMaxPool2d((2, 3), (4, 3)),
        "fractional_max_pool3d" => new FractionalMaxPool3d(2, (3, 4, 2)),
        "squeeze_excitation" => new SqueezeExcitation(4, 2),
        "conv_norm_activation" => new ConvNormActivation(2, 4, 3, 2, 2),
        "inverted_residual" => new InvertedResidual(2, 2, 1, 3),
        "inverted_residual_stride" => new InvertedResidual(2, 3, 2, 1),
        "patch_embedding" => new PatchEmbedding(2, 3, 2),
        "learned_tokens" => new LearnedTokens(3, 2),
        "separable_conv1d" => new SeparableConv1d(2, 3, 3, padding: 1),
        "separable_conv2d" => new SeparableConv2d(2, 3, 3, stride: 2, depthMultiplier: 2),
        _ => null,
    };

    private static Module? Padding(string name) => name switch
    {
        "constant_pad1d" => new ConstantPad1d(1, 2, 1.5),
        "constant_pad2d" => new ConstantPad2d(1, 2, 0, 3, 1.5),
        "constant_pad3d" => new ConstantPad3d(1, 0, 2, 1, 0, 1, 1.5),
        "zero_pad1d" => new ZeroPad1d(1, 2),
        "zero_pad3d" => new ZeroPad3d(1, 0, 2, 1, 0, 1),
        "reflection_pad1d" => new ReflectionPad1d(1, 2),
        "reflection_pad3d" => new ReflectionPad3d(1, 0, 2, 1, 0, 1),
        "replication_pad1d" => new ReplicationPad1d(1, 2),
        "replication_pad2d" => new ReplicationPad2d(1, 2, 0, 3),
        "replication_pad3d" => new ReplicationPad3d(1, 0, 2, 1, 0, 1),
        "circular_pad1d" => new CircularPad1d(1, 2),
        "circular_pad2d" => new CircularPad2d(1, 2, 0, 3),
        "circular_pad3d" => new CircularPad3d(1, 0, 2, 1, 0, 1),
        _ => null,
    };

    /// <summary>The layer's result with the constants of the golden case.</summary>
    public static Tensor Run(Module layer, Tensor[] x, Dictionary<string, Tensor> golden) => layer switch
    {
        EmbeddingBag bag when golden.TryGetValue("offsets", out var offsets) => bag.Call(x[0], offsets, golden.GetValueOrDefault("weights")),
        FractionalMaxPool pool => pool.Call(x[0], golden["samples"].To(x[0].DType)),
        _ => layer.Call(x),
    };
}
