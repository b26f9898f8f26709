namespace Hebb.Optim;

/// <summary>Matrices with singular values near 1 and the singular vectors of another, by products of matrices alone.</summary>
internal static class NewtonSchulz
{
    /// <summary>
    /// Iterates X (a + b X'X + c (X'X)²) with the coefficients of Jordan et al., 2024: steep at 0, so that five iterations bring all but the smallest singular values to between 0.7 and
    /// 1.2, which is near enough.
    /// </summary>
    /// <param name="x">A matrix [rows, columns].</param>
    /// <param name="iterations">How many.</param>
    /// <param name="eps">The least norm that is divided by.</param>
    public static Tensor Orthogonal(Tensor x, int iterations, double eps)
    {
        const double A = 3.4445, B = -4.7750, C = 2.0315;
        // The shorter side makes the smaller product.
        bool tall = x.Shape[0] > x.Shape[1];
        if (tall)
            x = x.MT;
        x /= x.Norm().ClampMin(eps);
        for (int i = 0; i < iterations; i++)
        {
            var square = x.MatMul(x.MT);
            x = x * A + (square * B + square.MatMul(square) * C).MatMul(x);
        }
        return tall ? x.MT : x;
    }
}
