namespace Hebb.Nn.Tests;

/// <summary>The layers of Goldens/layers.py under its names.</summary>
internal static class LayerCases
{
    public static Module Make(string name) => name switch
    {
        "linear" => new Linear(5, 3),
        "linear_deep" => new Linear(5, 3, bias: false),
        "bilinear" => new Bilinear(4, 3, 2),
        "conv1d" => new Conv1d(2, 3, 3, stride: 2, padding: 1),
        "conv1d_unbatched" => new Conv1d(2, 3, 3),
        "conv2d" => new Conv2d(2, 4, 3, padding: 1),
        "conv2d_options" => new Conv2d(4, 6, (3, 2), stride: (2, 1), padding: (2, 1), dilation: (1, 2), groups: 2, bias: false),
        "conv2d_same" => new Conv2d(2, 3, (4, 3), padding: Padding.Same, dilation: (1, 2)),
        "conv2d_reflect" => new Conv2d(2, 3, 3, padding: (2, 1), paddingMode: PadMode.Reflect),
        "conv2d_replicate" => new Conv2d(2, 3, 3, padding: (2, 1), stride: 2, paddingMode: PadMode.Replicate),
        "conv2d_circular" => new Conv2d(2, 3, 3, padding: (2, 1), paddingMode: PadMode.Circular),
        "conv1d_circular_same" => new Conv1d(2, 3, 4, padding: Padding.Same, paddingMode: PadMode.Circular),
        "conv3d" => new Conv3d(2, 3, (1, 2, 3), padding: (0, 1, 1)),
        "conv_transpose1d" => new ConvTranspose1d(2, 3, 3, stride: 2, padding: 1, outputPadding: 1),
        "conv_transpose2d" => new ConvTranspose2d(4, 6, (3, 2), stride: (2, 3), padding: (1, 0), groups: 2, dilation: (2, 1)),
        "conv_transpose3d" => new ConvTranspose3d(2, 2, 2, stride: 2, bias: false),
        "max_pool1d" => new MaxPool1d(3, stride: 2),
        "max_pool2d" => new MaxPool2d(3, stride: 2, padding: 1, dilation: 1, ceilMode: true),
        "max_pool3d" => new MaxPool3d((1, 2, 2)),
        "avg_pool1d" => new AvgPool1d(3, stride: 2, padding: 1),
        "avg_pool2d" => new AvgPool2d((3, 2), stride: 2, padding: 1, ceilMode: true, countIncludePad: false),
        "avg_pool3d" => new AvgPool3d(2, divisorOverride: 5),
        "lp_pool1d" => new LPPool1d(2, 3, stride: 2),
        "lp_pool2d" => new LPPool2d(4, 2),
        "adaptive_avg_pool1d" => new AdaptiveAvgPool1d(4),
        "adaptive_avg_pool2d" => new AdaptiveAvgPool2d((3, 2)),
        "adaptive_avg_pool3d" => new AdaptiveAvgPool3d(2),
        "adaptive_max_pool1d" => new AdaptiveMaxPool1d(4),
        "adaptive_max_pool2d" => new AdaptiveMaxPool2d((3, 2)),
        "adaptive_max_pool3d" => new AdaptiveMaxPool3d(2),
        "embedding" => new Embedding(7, 3),
        "embedding_padding" => new Embedding(7, 3, paddingIndex: 2),
        _ => Norm(name) ?? Image(name) ?? Activation(name) ?? throw new ArgumentException(name),
    };

    private static Module? Norm(string name) => name switch
    {
        "batch_norm1d" => new BatchNorm1d(3),
        "batch_norm1d_sequence" => new BatchNorm1d(3, momentum: null),
        "batch_norm2d" => new BatchNorm2d(3, eps: 1e-3, momentum: 0.2),
        "batch_norm2d_plain" => new BatchNorm2d(3, affine: false, trackRunningStats: false),
        "batch_norm3d" => new BatchNorm3d(2),
        "instance_norm1d" => new InstanceNorm1d(3),
        "instance_norm2d" => new InstanceNorm2d(3, affine: true, trackRunningStats: true),
        "instance_norm2d_unbatched" => new InstanceNorm2d(3, affine: true),
        "instance_norm3d" => new InstanceNorm3d(2, momentum: 0.3, trackRunningStats: true),
        "layer_norm" => new LayerNorm(6),
        "layer_norm_axes" => new LayerNorm([3, 6], eps: 1e-3),
        "layer_norm_plain" => new LayerNorm(6, affine: false),
        "rms_norm" => new RMSNorm(6, 1e-5),
        "group_norm" => new GroupNorm(2, 6),
        _ => null,
    };

    private static Module? Image(string name) => name switch
    {
        "upsample_nearest" => new Upsample(2),
        "upsample_bilinear" => new Upsample([5, 7], InterpolationMode.Linear, alignCorners: true),
        "pixel_shuffle" => new PixelShuffle(2),
        "pixel_unshuffle" => new PixelUnshuffle(2),
        "zero_pad2d" => new ZeroPad2d(1, 2, 0, 3),
        "reflection_pad2d" => new ReflectionPad2d(1, 2, 0, 2),
        "replication_pad1d" => new Pad([2, 1], PadMode.Replicate),
        "flatten" => new Flatten(),
        "flatten_some" => new Flatten(0, 1),
        "unflatten" => new Unflatten(1, [2, 3]),
        "identity" => new Identity(),
        _ => null,
    };

    private static Module? Activation(string name) => name switch
    {
        "relu" => new ReLU(),
        "relu6" => new ReLU6(),
        "leaky_relu" => new LeakyReLU(0.2),
        "prelu" => new PReLU(),
        "prelu_channels" => new PReLU(3, 0.1),
        "threshold" => new Threshold(0.1, -2),
        "elu" => new ELU(0.7),
        "selu" => new SELU(),
        "celu" => new CELU(0.7),
        "gelu" => new GELU(),
        "gelu_tanh" => new GELU(approximate: true),
        "silu" => new SiLU(),
        "mish" => new Mish(),
        "softplus" => new Softplus(beta: 2, threshold: 3),
        "tanh" => new Tanh(),
        "sigmoid" => new Sigmoid(),
        "log_sigmoid" => new LogSigmoid(),
        "softsign" => new Softsign(),
        "hardtanh" => new Hardtanh(-0.5, 0.8),
        "hardsigmoid" => new Hardsigmoid(),
        "hardswish" => new Hardswish(),
        "tanhshrink" => new Tanhshrink(),
        "hardshrink" => new Hardshrink(),
        "softshrink" => new Softshrink(0.3),
        "softmax" => new Softmax(1),
        "log_softmax" => new LogSoftmax(-1),
        "glu" => new GLU(1),
        _ => null,
    };
}
