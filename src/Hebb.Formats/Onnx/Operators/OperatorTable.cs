namespace Hebb.Onnx;

/// <summary>The operators by domain, name and the version of the operator set that their meaning began with.</summary>
internal sealed class OperatorTable
{
    /// <summary>The domain of classical machine learning.</summary>
    public const string MachineLearning = "ai.onnx.ml";

    /// <summary>The domain of optimizers and gradients.</summary>
    public const string Training = "ai.onnx.preview.training";

    /// <summary>The domain of what may become part of the standard.</summary>
    public const string Preview = "ai.onnx.preview";

    private static readonly OperatorTable All = Operators.Register();

    private readonly Dictionary<(string Domain, string Name), List<(int Since, OperatorBody Body)>> _bodies = [];

    /// <summary>Names and domains of all operators, in order.</summary>
    public static IReadOnlyList<(string Domain, string Name)> Names => [.. All._bodies.Keys.Order()];

    /// <summary>The meaning of an operator at a version: the latest that began by then.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static OperatorBody Find(string domain, string name, int version)
    {
        string full = domain.Length == 0 ? name : $"{domain}.{name}";
        if (!All._bodies.TryGetValue((domain, name), out var bodies))
            throw new FormatException($"the operator {full} is not known");
        for (int i = bodies.Count - 1; i >= 0; i--)
        {
            if (bodies[i].Since <= version)
                return bodies[i].Body;
        }
        throw new FormatException($"the operator {full} begins with version {bodies[0].Since} of its set, the model is written for {version}");
    }

    /// <summary>Adds an operator of the default domain whose only output is a tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="since">The version with which this meaning began. Meanings of one name are added in order.</param>
    /// <param name="body">What it computes.</param>
    public void Add(string name, int since, Func<NodeCall, Tensor> body) => Add("", name, since, call => [body(call)]);

    /// <summary>Adds an operator of the default domain.</summary>
    /// <inheritdoc cref="Add(string, int, Func{NodeCall, Tensor})"/>
    public void AddAll(string name, int since, OperatorBody body) => Add("", name, since, body);

    /// <summary>Adds an operator of any domain.</summary>
    public void Add(string domain, string name, int since, OperatorBody body)
    {
        if (!_bodies.TryGetValue((domain, name), out var bodies))
            _bodies.Add((domain, name), bodies = []);
        bodies.Add((since, body));
    }
}
