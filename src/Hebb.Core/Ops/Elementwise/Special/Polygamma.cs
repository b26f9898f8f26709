using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Ops
{
    /// <summary>The derivative of order n of the digamma function, lane by lane in double.</summary>
    [Op("polygamma", Facade = false)]
    public unsafe struct Polygamma(int order) : IUnaryOp<Polygamma>
    {
        private int _order = order;

        [MethodImpl(MethodImplOptions.NoInlining)]
        public readonly V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
        {
            T* lanes = stackalloc T[V.Count];
            x.Store(lanes);
            for (int i = 0; i < V.Count; i++)
            {
                if (typeof(T) == typeof(float))
                    ((float*)lanes)[i] = (float)HurwitzZeta.Polygamma(_order, ((float*)lanes)[i]);
                else
                    ((double*)lanes)[i] = HurwitzZeta.Polygamma(_order, ((double*)lanes)[i]);
            }
            return V.Load(lanes);
        }

        public readonly Tensor Differential(Tensor d, Tensor x, Tensor y) => d * x.Polygamma(_order + 1);

        public void Describe(AttributeVisitor v) => v.Int("order", ref _order);

        // The time that it takes grows with the order.
        public readonly void CheckAttributes()
        {
            if (_order is < 1 or > 1000)
                throw new FormatException($"polygamma: order {_order} is not from 1 to 1000");
        }
    }
}

namespace Hebb
{
    public sealed partial class Tensor
    {
        /// <summary>The derivative of order <paramref name="order"/> of the digamma function, elementwise; 0 is digamma itself. Integers give Float32.</summary>
        /// <exception cref="DataException">The order is negative.</exception>
        public Tensor Polygamma(int order)
        {
            if (order < 0)
                throw new DataException($"Polygamma: the order {order} is negative");
            return order == 0 ? Digamma() : Unary<Polygamma>.Apply(this, new Polygamma(order));
        }
    }
}
