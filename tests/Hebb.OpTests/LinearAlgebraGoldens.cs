using Hebb.Transforms;

namespace Hebb.OpTests;

/// <summary>Linear algebra and its gradients against PyTorch.</summary>
public class LinearAlgebraGoldens
{
    public static IEnumerable<TheoryDataRow<string>> Names => Golden.Names("linalg").Select(n => new TheoryDataRow<string>(n));

    /// <summary>The outputs, then the gradient of the sum of their squares by each input.</summary>
    [Theory, MemberData(nameof(Names))]
    public void Agree(string name) => Golden.Verify("linalg", name, inputs =>
    {
        var leaves = Array.ConvertAll(inputs, x => x.RequireGrad());
        var outputs = Run(name, leaves);
        var loss = outputs.Select(y => (y * y).Sum()).Aggregate((a, b) => a + b);
        return [.. outputs.Select(y => y.Detach()), .. Autograd.Grad([loss], leaves)];
    });

    private static Tensor[] Run(string name, Tensor[] x) => name switch
    {
        "cholesky" => [x[0].Cholesky()],
        "cholesky_solve" => [x[1].Cholesky().CholeskySolve(x[0])],
        "solve" => [x[0].Solve(x[1])],
        "solve_right" => [x[0].Solve(x[1], left: false)],
        "solve_triangular" => [x[0].SolveTriangular(x[1], upper: true)],
        "solve_triangular_right" => [x[0].SolveTriangular(x[1], upper: false, left: false)],
        "inverse" => [x[0].Inverse()],
        "det" => [x[0].Det()],
        "slogdet" => [x[0].Slogdet().LogAbs],
        "qr_tall" or "qr_wide" => x[0].Qr() is var (q, r) ? [q, r] : [],
        "eigvalsh" => [x[0].Eigvalsh()],
        "eigh_squares" => [x[0].Eigh().Vectors.Square()],
        "svdvals" => [x[0].Svdvals()],
        "svd_squares_tall" or "svd_squares_wide" => x[0].Svd() is var (u, _, vt) ? [u.Square(), vt.Square()] : [],
        _ => throw new InvalidOperationException($"no run for the golden case '{name}'"),
    };
}
