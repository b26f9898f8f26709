namespace Hebb.Nn.Tests;

/// <summary>Every optimizer that steps without a closure, with options that take every way through it.</summary>
internal static class OptimizerCases
{
    private static readonly Dictionary<string, Func<Optimizer>> s_makers = new()
    {
        ["lion"] = () => new Lion(0.01, weightDecay: 0.1),
    };

    private static readonly string[] s_golden =
    [
        "sgd", "sgd_nesterov", "adam_amsgrad", "adamw", "nadam_decay", "radam_decay", "adamax", "rmsprop", "rmsprop_momentum", "rmsprop_centered", "rmsprop_all", "adagrad_decay",
        "adadelta", "rprop", "asgd_average",
    ];

    public static IEnumerable<string> Names => s_golden.Concat(s_makers.Keys);

    public static Optimizer Make(string name) => s_makers.TryGetValue(name, out var make) ? make() : OptimizerGoldenTests.Make(name);
}
