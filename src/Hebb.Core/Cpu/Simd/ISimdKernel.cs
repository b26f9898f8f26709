namespace Hebb.Cpu.Simd;

/// <summary>Work written once for every vector width; <see cref="Isa.Dispatch"/> picks the width. Arguments are its fields.</summary>
public interface ISimdKernel<T>
    where T : unmanaged
{
    void Run<V>()
        where V : unmanaged, ISimd<V, T>;
}
