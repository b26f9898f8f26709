namespace Hebb;

/// <summary>
/// Several optimizers, each for some of the parameters, so that any option can differ from group to group:
/// <code>new OptimizerGroups(
///     ((name, _) => name.StartsWith("backbone."), new SGD(1e-4, momentum: 0.9)),
///     ((_, _) => true, new AdamW(1e-3, weightDecay: 0.1)))</code>
/// For factors on learning rate and weight decay alone <see cref="Optimizer.Groups"/> does, in a single pass.
/// </summary>
/// <param name="groups">
/// Says by path and parameter which belong to the group, and how they are trained. Of several groups that include a parameter the first counts. The first optimizer's
/// learning rate is the one that is set and shown; the others follow in proportion.
/// </param>
/// <exception cref="HebbException">There are no groups, or the first optimizer's learning rate is 0.</exception>
public sealed class OptimizerGroups(params (Func<string, Parameter, bool> Includes, Optimizer Optimizer)[] groups)
    : CompositeOptimizer(nameof(OptimizerGroups), Array.ConvertAll(groups, g => g.Optimizer))
{
    /// <exception cref="HebbException">A parameter belongs to no group.</exception>
    private protected override void BindParts(IReadOnlyList<(string Name, Parameter Parameter)> parameters)
    {
        var shares = Array.ConvertAll(groups, _ => new List<(string, Parameter)>());
        foreach (var (name, parameter) in parameters)
        {
            int group = Array.FindIndex(groups, g => g.Includes(name, parameter));
            if (group < 0)
                throw new HebbException($"OptimizerGroups: {name} belongs to no group; end with one that includes all, (_, _) => true");
            shares[group].Add((name, parameter));
        }
        for (int i = 0; i < groups.Length; i++)
            groups[i].Optimizer.BindPart(shares[i]);
    }
}
