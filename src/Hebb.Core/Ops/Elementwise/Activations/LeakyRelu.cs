using Hebb.Cpu.Simd;
using Hebb.Ops;


namespace Hebb.Ops
{
    /// <summary>x where it is positive, else slope * x.</summary>
    [Op("leaky_relu", Facade = false, Onnx = "LeakyRelu")]
    public struct LeakyRelu(double slope) : IUnaryOp<LeakyRelu>
    {
        private double _slope = slope;

        public readonly V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Select(V.Greater(x, V.Zero), x, x * Constant.Of<V, T>(_slope));

        public readonly Tensor Differential(Tensor d, Tensor x, Tensor y) => Binary<LeakyReluGrad>.Apply(d, x, new LeakyReluGrad(_slope));

        public void Describe(AttributeVisitor v) => v.Float("slope", ref _slope);
    }

    /// <summary>d where x is positive, else slope * d.</summary>
    [Op("leaky_relu_grad", Facade = false)]
    public struct LeakyReluGrad(double slope) : IBinaryOp<LeakyReluGrad>
    {
        private double _slope = slope;

        public static OpDomain Domain => OpDomain.Float;

        public static Saved Saves => Saved.Input1;

        public readonly V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Select(V.Greater(b, V.Zero), a, a * Constant.Of<V, T>(_slope));

        public readonly Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => Binary<LeakyReluGrad>.Apply(d, b, this);

        public readonly Tensor? DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => null;

        public void Describe(AttributeVisitor v) => v.Float("slope", ref _slope);
    }
}

namespace Hebb
{
    public sealed partial class Tensor
    {
        /// <summary>x where it is positive, else <paramref name="slope"/> * x, elementwise. Integers give Float32.</summary>
        public Tensor LeakyRelu(double slope = 0.01) => Unary<LeakyRelu>.Apply(this, new LeakyRelu(slope));
    }
}
