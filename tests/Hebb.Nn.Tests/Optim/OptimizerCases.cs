namespace Hebb.Nn.Tests;

/// <summary>Every optimizer that steps without a closure, with options that take every way through it.</summary>
internal static class OptimizerCases
{
    private static readonly Dictionary<string, Func<Optimizer>> s_makers = new()
    {
        ["lion"] = () => new Lion(0.01, weightDecay: 0.1),
        ["ftrl"] = () => new Ftrl(0.1, l1: 0.01, l2: 0.1, beta: 0.2),
        ["nadam_decoupled"] = () => new NAdam(0.01, weightDecay: 0.1, decoupledWeightDecay: true),
        ["radam_decoupled"] = () => new RAdam(0.01, beta2: 0.9, weightDecay: 0.1, decoupledWeightDecay: true),
        ["sparse_adam"] = () => new SparseAdam(0.01),
        ["lamb"] = () => new LAMB(0.01, weightDecay: 0.1),
        ["lars"] = () => new LARS(0.1, weightDecay: 0.1, adaptVectors: false),
        ["adafactor"] = () => new Adafactor(weightDecay: 0.1),
        ["muon"] = () => Muon.WithAdamW(matrices: (_, p) => p.Shape.Rank >= 2),
        ["muon_like_adamw"] = () => Muon.WithAdamW(matrices: (name, _) => name == "0.weight", scale: MuonScale.LikeAdamW),
        ["soap"] = () => new SOAP(0.01, preconditionFrequency: 3),
        ["soap_one_side"] = () => new SOAP(0.01, preconditionFrequency: 2, maxPreconditionerDim: 6),
        ["sophia"] = () => new Sophia(0.01),
        ["schedule_free"] = () => new ScheduleFreeAdamW(0.01, weightDecay: 0.1),
        ["lookahead"] = () => new Lookahead(new AdamW(0.01), k: 3),
        ["lookahead_of_groups"] = () => new Lookahead(new OptimizerGroups(((name, _) => name.StartsWith('0'), new SGD(0.05, momentum: 0.9)), ((_, _) => true, new NAdam(0.01))), k: 2, alpha: 0.8),
        ["groups"] = () => new OptimizerGroups(((name, _) => name.EndsWith("bias"), new ScheduleFreeAdamW(0.01)), ((name, _) => name.StartsWith('0'), new ScheduleFreeAdamW(0.02)), ((_, _) => true, new RMSprop(0.01))),
    };

    private static readonly string[] s_golden =
    [
        "sgd", "sgd_nesterov", "adam_amsgrad", "adamw", "nadam_decay", "radam_decay", "adamax", "rmsprop", "rmsprop_momentum", "rmsprop_centered", "rmsprop_all", "adagrad_decay",
        "adadelta", "rprop", "asgd_average",
    ];

    public static IEnumerable<string> Names => s_golden.Concat(s_makers.Keys);

    public static Optimizer Make(string name) => s_makers.TryGetValue(name, out var make) ? make() : OptimizerGoldenTests.Make(name);
}
