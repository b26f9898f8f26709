using Hebb.Modules;

namespace Hebb;

/// <summary>The parameters that a step has to do with.</summary>
internal sealed class StepParameters
{
    private readonly Parameter[] _strangers;

    /// <param name="model">Whose parameters are trained.</param>
    /// <param name="used">All that model and loss use.</param>
    public StepParameters(Module model, IEnumerable<Parameter> used)
    {
        Model = model.Parameters();
        _strangers = [.. used.Except(Model)];
    }

    /// <summary>Those of the model.</summary>
    public IReadOnlyList<Parameter> Model { get; }

    /// <summary>A complaint about parameters that get gradients, but are not the model's, so that nothing trains them; null where there are none.</summary>
    public string? Complaint
    {
        get
        {
            Parameter[] trained = [.. _strangers.Where(p => p.RequiresGrad)];
            return trained.Length == 0 ? null
                : $"the loss depends on {trained.Length} trainable parameter{(trained.Length == 1 ? "" : "s")} outside the model ({string.Join(", ", trained.Take(4).Select(Describe))}{(trained.Length > 4 ? ", …" : "")}), "
                + "which no optimizer changes: make their module a part of the model, or freeze it with RequireGrad(false)";
        }
    }

    /// <summary>Drops all gradients, also those that reached parameters outside the model.</summary>
    public void ClearGradients()
    {
        foreach (var parameter in Model)
            parameter.Grad = null;
        foreach (var parameter in _strangers)
            parameter.Grad = null;
    }

    private static string Describe(Parameter parameter) => $"{(parameter.Name is { } name ? name + " " : "")}{parameter.Shape}";
}
