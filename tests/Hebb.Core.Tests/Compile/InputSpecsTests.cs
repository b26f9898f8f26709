using Hebb.Transforms;

namespace Hebb.Core.Tests.Compile;

public partial class InputSpecsTests
{
    private sealed partial class Outer(Module inner) : Module
    {
        public Module Inner { get; } = inner;

        protected override Tensor Forward(Tensor x) => Inner.Call(x.Sum(-1));
    }

    [Fact]
    public void AModuleRemembersItsFirstInputs()
    {
        var inner = new Lambda(x => x.Exp());
        var model = new Outer(inner);
        Assert.Null(model.InputSpecs);

        model.Call(Tensor.Ones([4, 3]));
        model.Call(Tensor.Ones([2, 3]));

        Assert.Equal([new TensorSpec([4, 3], DType.Float32)], model.InputSpecs!);
        Assert.Null(inner.InputSpecs);
    }

    [Fact]
    public void CallsThatFailAreForgotten()
    {
        var model = new Lambda(x => x.Reshape(2, 2));
        Assert.Throws<ShapeException>(() => model.Call(Tensor.Ones([3])));
        Assert.Null(model.InputSpecs);
    }

    [Fact]
    public void CallsInsideTransformsAreNotRemembered()
    {
        var model = new Lambda(x => x.Exp());
        Transform.Vmap(x => model.Call(x), inAxis: 0)(Tensor.Ones([4, 3]));
        Assert.Null(model.InputSpecs);
    }

    [Fact]
    public void HooksDoNotHideTheInputs()
    {
        var model = new Lambda(x => x.Exp());
        model.RegisterForwardPreHook((_, xs) => [xs[0].Sum(0)]);
        model.Call(Tensor.Ones([4, 3]));
        Assert.Equal([4, 3], model.InputSpecs![0].Shape.ToArray());
    }
}
