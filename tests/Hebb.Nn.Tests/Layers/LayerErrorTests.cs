namespace Hebb.Nn.Tests;

/// <summary>What layers refuse, in one line that names the module.</summary>
public class LayerErrorTests
{
    public static TheoryData<string, Func<Module>, Shape, string> Calls => new()
    {
        { "linear", () => new Linear(5, 3), [4, 6], "Linear: input [4, 6]: the last axis is 6, the layer takes 5 inputs (at model.head, Linear)" },
        { "linear scalar", () => new Linear(5, 3), [], "Linear: [] has no axis of inputs (at model.head, Linear)" },
        { "conv channels", () => new Conv2d(3, 8, 3), [2, 1, 8, 8], "Conv2d: input [2, 1, 8, 8] has 1 channels, the layer takes 3 (at model.head, Conv2d)" },
        { "conv rank", () => new Conv2d(3, 8, 3), [8, 8], "Conv2d: input [8, 8] has 2 axes, not 3 or 4 (at model.head, Conv2d)" },
        { "conv small", () => new Conv1d(3, 8, 5), [1, 3, 4], "Conv1d: " },
        { "conv lazy groups", () => Conv1d.Lazy(8, 3, groups: 4), [1, 6, 9], "Conv1d: input [1, 6, 9]: 6 channels don't fall into 4 equal groups (at model.head, Conv1d)" },
        { "transpose", () => new ConvTranspose3d(2, 2, 2), [1, 3, 4, 4, 4], "ConvTranspose3d: input [1, 3, 4, 4, 4] has 3 channels, the layer takes 2 (at model.head, ConvTranspose3d)" },
        { "pool", () => new MaxPool2d(2), [4, 4], "MaxPool2d: " },
        { "pool average", () => new AvgPool1d(9), [1, 2, 4], "AvgPool1d: " },
        { "pool adaptive", () => new AdaptiveAvgPool2d(2), [4], "AdaptiveAvgPool2d: " },
        { "batch norm rank", () => new BatchNorm2d(4), [3, 4], "BatchNorm2d: input [3, 4] has 2 axes, not 4 (at model.head, BatchNorm2d)" },
        { "batch norm channels", () => new BatchNorm1d(4), [3, 5], "BatchNorm1d: input [3, 5]: axis 1 is 5, the layer has 4 channels (at model.head, BatchNorm1d)" },
        { "batch norm one", () => new BatchNorm1d(4), [1, 4], "BatchNorm1d: input [1, 4] has 1 values a channel; a batch's statistics need two or more (call Eval() to predict) (at model.head, BatchNorm1d)" },
        { "instance norm", () => new InstanceNorm1d(4), [2, 3, 5], "InstanceNorm1d: input [2, 3, 5]: axis 1 is 3, the layer has 4 channels (at model.head, InstanceNorm1d)" },
        { "instance norm one", () => new InstanceNorm1d(4), [2, 4, 1], "InstanceNorm1d: input [2, 4, 1] has 1 values a channel of an example; their statistics need two or more (at model.head, InstanceNorm1d)" },
        { "layer norm", () => new LayerNorm(4), [2, 3], "LayerNorm: " },
        { "rms norm", () => new RMSNorm(4), [2, 3], "RmsNorm: " },
        { "group norm", () => new GroupNorm(2, 4), [2, 6], "GroupNorm: input [2, 6] is not [N, 4, …] (at model.head, GroupNorm)" },
        { "embedding", () => new Embedding(5, 3), [2], "Embedding: " },
        { "prelu", () => new PReLU(3), [2, 4], "PRelu: the weight is [3] for an input [2, 4]: it needs one element, or 4: one a channel (at model.head, PReLU)" },
        { "glu", () => new GLU(), [3], "Glu: " },
        { "softmax", () => new Softmax(2), [3, 4], "" },
        { "dropout2d", () => new Dropout2d(), [3, 4], "Dropout2d: [3, 4] has 2 axes, not 3 or 4 (at model.head, Dropout2d)" },
        { "unflatten", () => new Unflatten(1, [2, 2]), [3, 5], "Unflatten: axis 1 of [3, 5] can't be split into [2, 2]: 5 and 4 elements (at model.head, Unflatten)" },
        { "bilinear", () => new Bilinear(2, 3, 1), [3, 2], "Bilinear does not compute from a single tensor; see the inputs that its Call takes (at model.head, Bilinear)" },
        { "pixel shuffle", () => new PixelShuffle(2), [1, 3, 2, 2], "PixelShuffle: " },
    };

    [Theory, MemberData(nameof(Calls))]
    public void CallsNameTheModule(string what, Func<Module> make, Shape shape, string message)
    {
        var net = new Sequential { new Identity(), { "head", make() } };
        var error = Assert.ThrowsAny<HebbException>(() => net.Call(Tensor.Zeros(shape)));
        Assert.StartsWith(message, error.Message);
        Assert.EndsWith($"(at model.head, {net[1].GetType().Name})", error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.NotEmpty(what);
    }

    public static TheoryData<Func<Module>, string> Constructions => new()
    {
        { () => new Linear(-2), "Linear(-2): sizes can't be negative" },
        { () => new Linear(-1, 2), "Linear(-1, 2): sizes can't be negative" },
        { () => new Conv2d(3, 4, 3, groups: 2), "Conv2d: 3 and 4 channels don't fall into 2 equal groups" },
        { () => new Conv2d(-1, 4, 3), "Conv2d: -1 and 4 channels don't fall into 1 equal groups" },
        { () => Conv2d.Lazy(3, 3, groups: 2), "Conv2d: 3 channels don't fall into 2 equal groups" },
        { () => new Conv2d(3, 4, (1, 2, 3)), "Conv2d: kernel [1, 2, 3] has 3 numbers for 2 axes" },
        { () => new Conv1d(3, 4, 0), "Conv1d: kernel 0 must be at least 1" },
        { () => new Conv1d(3, 4, 3, stride: 0), "Conv1d: stride 0 must be at least 1" },
        { () => new BatchNorm1d(-1), "BatchNorm1d: -1 channels" },
        { () => new GroupNorm(4, 6), "GroupNorm: 6 channels don't fall into 4 equal groups" },
        { () => new Dropout(1.5), "Dropout: probability 1.5 is not between 0 and 1" },
        { () => new Embedding(5, 3, paddingIndex: 5), "Embedding(5, 3, paddingIndex: 5): sizes can't be negative, and the padding index must be one of the indices" },
        { () => Embedding.From(Tensor.Zeros([3])), "Embedding: vectors [3] are not [count, dimensions]" },
    };

    [Theory, MemberData(nameof(Constructions))]
    public void ConstructorsCheck(Func<Module> make, string message) => Assert.Equal(message, Assert.ThrowsAny<HebbException>(make).Message);

    [Fact]
    public void EmbeddingNamesTheIndex() => Check.Throws<ShapeException>(
        "Embedding: index 7 is out of range for axis 0 of [5, 3], of size 5 (at model, Embedding)", () => new Embedding(5, 3).Call(Tensor.From([7L])));
}
