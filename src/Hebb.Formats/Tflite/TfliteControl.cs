using Hebb.Compile;

namespace Hebb.Tflite;

/// <summary>Operators that run other graphs of the file, and the variables that these share.</summary>
internal static class TfliteControl
{
    /// <summary>The numbers of the graphs that an operator runs.</summary>
    public static int[] Graphs(string name, FlatTable? options) => name switch
    {
        "IF" or "WHILE" => [options?.Int(0) ?? 0, options?.Int(1) ?? 0],
        "CALL" or "CALL_ONCE" => [options?.Int(0) ?? 0],
        _ => [],
    };

    /// <exception cref="FormatException">A graph takes or gives other numbers of tensors.</exception>
    public static TfliteCall? Make(TfliteNode node, TflitePrograms programs) => node.Name switch
    {
        "IF" => If(node, programs),
        "WHILE" => While(node, programs),
        "CALL" => Call(node, programs),
        "CALL_ONCE" => CallOnce(Graph(node, programs, 0, 0, 0)),
        "VAR_HANDLE" => VarHandle(programs.Variable($"{node.Text(0)}/{node.Text(1)}")),
        "READ_VARIABLE" => ReadVariable(Handle(node)),
        "ASSIGN_VARIABLE" => AssignVariable(Handle(node), node.Stored(1)),
        _ => null,
    };

    private static TfliteCall If(TfliteNode node, TflitePrograms programs)
    {
        var (condition, read) = (node.Stored(0), Inputs(node, 1));
        TfliteProgram then = Graph(node, programs, 0, read.Length, node.OutputCount), otherwise = Graph(node, programs, 1, read.Length, node.OutputCount);
        return (x, run) =>
        {
            Tensor flag = Flag(condition(x));
            Tensor[] values = Array.ConvertAll(read, r => r(x));
            return flag.Tracer is not null
                ? Traced(() => Control.Cond(flag, xs => then.Run(xs, run), xs => otherwise.Run(xs, run), values))
                : (flag.Item() != 0 ? then : otherwise).Run(values, run);
        };
    }

    private static TfliteCall While(TfliteNode node, TflitePrograms programs)
    {
        var read = Inputs(node, 0);
        if (node.OutputCount != read.Length)
            throw new FormatException($"takes {read.Length} tensors and gives {node.OutputCount}");
        TfliteProgram condition = Graph(node, programs, 0, read.Length, 1), body = Graph(node, programs, 1, read.Length, read.Length);
        return (x, run) =>
        {
            Tensor[] values = Array.ConvertAll(read, r => r(x));
            if (Array.Exists(values, v => v.Tracer is not null))
                return Traced(() => Control.While(xs => Flag(condition.Run(xs, run)[0]), xs => body.Run(xs, run), values));
            while (Flag(condition.Run(values, run)[0]).Item() != 0)
                values = body.Run(values, run);
            return values;
        };
    }

    private static TfliteCall Call(TfliteNode node, TflitePrograms programs)
    {
        var read = Inputs(node, 0);
        var called = Graph(node, programs, 0, read.Length, node.OutputCount);
        return (x, run) => called.Run(Array.ConvertAll(read, r => r(x)), run);
    }

    private static TfliteCall CallOnce(TfliteProgram once) => (_, run) =>
    {
        if (run.Begun.Add(once))
            once.Run([], run);
        return [];
    };

    private static TfliteCall VarHandle(int number) => (_, _) => [Tensor.From([number], Shape.Create([]))];

    private static TfliteCall ReadVariable(Func<Tensor?[], Tensor> handle) => (x, run) =>
        run.Variables.TryGetValue((int)handle(x).Item(), out var value) ? [value] : throw new FormatException("a variable is read before it has a value");

    private static TfliteCall AssignVariable(Func<Tensor?[], Tensor> handle, Func<Tensor?[], Tensor> value) => (x, run) =>
    {
        run.Variables[(int)handle(x).Item()] = value(x);
        return [];
    };

    private static Func<Tensor?[], Tensor>[] Inputs(TfliteNode node, int from) => [.. Enumerable.Range(from, Math.Max(0, node.Count - from)).Select(node.Stored)];

    private static Func<Tensor?[], Tensor> Handle(TfliteNode node) =>
        node.In(0) is { Type: TfliteTypes.Resource, IsConstant: false } ? node.Stored(0) : throw new FormatException($"'{node.In(0).Name}' is no variable");

    private static TfliteProgram Graph(TfliteNode node, TflitePrograms programs, int number, int inputs, int outputs)
    {
        int graph = node.Graphs[number];
        var program = programs[graph];
        return program.InputCount == inputs && program.OutputCount == outputs ? program
            : throw new FormatException($"graph {graph} takes {program.InputCount} tensors and gives {program.OutputCount}, not {inputs} and {outputs}");
    }

    private static Tensor Flag(Tensor x) => x.To(DType.Bool).Reshape(Shape.Create([]));

    // What cannot be written down is a reason not to compile, not an error of the model.
    private static Tensor[] Traced(Func<Tensor[]> write)
    {
        try
        {
            return write();
        }
        catch (HebbException e) when (e is not TraceException)
        {
            throw new TraceException(e.Message, e);
        }
    }
}

/// <summary>What the graphs of one call share.</summary>
internal sealed class TfliteRun
{
    /// <summary>Values of variables by number.</summary>
    public Dictionary<int, Tensor> Variables { get; private init; } = [];

    /// <summary>What runs once and has run.</summary>
    public HashSet<TfliteProgram> Begun { get; private init; } = [];

    /// <summary>The same for another call, of values that outlive the scope of this one.</summary>
    public TfliteRun Copy() => new() { Variables = Variables.ToDictionary(v => v.Key, v => TensorScope.Escape(v.Value.Detach())), Begun = [.. Begun] };
}

/// <summary>The programs of a file's graphs, each made when the first that runs it is made.</summary>
internal sealed class TflitePrograms(TfliteFile file, TfliteState state)
{
    private const int MostNested = 32;

    private readonly Dictionary<int, TfliteProgram?> _made = [];
    private readonly List<string> _variables = [];

    /// <exception cref="FormatException">The graph is not read, runs itself, or graphs run each other too deep.</exception>
    public TfliteProgram this[int graph]
    {
        get
        {
            if (_made.TryGetValue(graph, out var known))
                return known ?? throw new FormatException($"graph {graph} runs itself");
            if (_made.Count(m => m.Value is null) == MostNested)
                throw TooDeep();
            _made.Add(graph, null);
            var program = new TfliteProgram(file.Graphs[graph], state, this);
            _made[graph] = program.Depth <= MostNested ? program : throw TooDeep();
            return program;
        }
    }

    /// <summary>The number of a variable.</summary>
    public int Variable(string name)
    {
        if (!_variables.Contains(name))
            _variables.Add(name);
        return _variables.IndexOf(name);
    }

    private static FormatException TooDeep() => new($"more than {MostNested} graphs run each other");
}
