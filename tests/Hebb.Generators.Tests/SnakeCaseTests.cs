namespace Hebb.Generators.Tests;

public class SnakeCaseTests
{
    [Theory]
    [InlineData("Weight", "weight")]
    [InlineData("InProjWeight", "in_proj_weight")]
    [InlineData("RunningMean", "running_mean")]
    [InlineData("NumBatchesTracked", "num_batches_tracked")]
    [InlineData("Conv1", "conv1")]
    [InlineData("Conv2D", "conv2d")]
    [InlineData("BatchNorm2d", "batch_norm2d")]
    [InlineData("Layer1Conv", "layer1_conv")]
    [InlineData("WeightIhL0", "weight_ih_l0")]
    [InlineData("WeightHhL0Reverse", "weight_hh_l0_reverse")]
    [InlineData("QKVProj", "qkv_proj")]
    [InlineData("FC1", "fc1")]
    [InlineData("W1Q", "w1q")]
    [InlineData("W", "w")]
    [InlineData("_fc", "fc")]
    [InlineData("_inProj", "in_proj")]
    [InlineData("in_proj_weight", "in_proj_weight")]
    [InlineData("In_Proj", "in_proj")]
    [InlineData("_", "_")]
    public void FollowsPyTorch(string member, string expected) => Assert.Equal(expected, SnakeCase.From(member));
}
