using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>Writes elementwise nodes over one shape as a program. Values of half precision are rounded after every op, as in memory.</summary>
internal sealed class ProgramBuilder(Shape shape)
{
    private enum Place : byte
    {
        Load,
        Slot,
        Output,
    }

    /// <summary>A register before it has a place. Classes and no structs: lists of structs cost the first compilation of a process code of their own.</summary>
    private sealed class Register(GraphValue? value, DType type, Place place, int number, bool isNumber = false)
    {
        public readonly DType Type = type;
        public readonly bool IsNumber = isNumber;
        public GraphValue? Value = value;
        public Place Place = place;
        public int Number = number, LastUse = -1;
        public bool IsPlaced;
    }

    private sealed class Step(TileKernel kernel, Register a, Register b, Register c, Register y)
    {
        public readonly TileKernel Kernel = kernel;
        public readonly Register A = a, B = b, C = c, Y = y;
    }

    private readonly List<Register> _registers = [];
    private readonly List<Step> _steps = [];
    private readonly List<GraphValue> _inputs = [];
    private readonly HashSet<GraphValue> _own = new(ReferenceEqualityComparer.Instance);
    private int _loads;

    /// <summary>What the program reads from outside, in the order of its inputs.</summary>
    public IReadOnlyList<GraphValue> Inputs => _inputs;

    /// <summary>Appends a node. What it reads was appended before or comes from outside.</summary>
    public void Add(GraphNode node)
    {
        var operands = new TensorSpec[node.Inputs.Count];
        for (int i = 0; i < operands.Length; i++)
            operands[i] = node.Inputs[i].Spec;
        var output = node.Outputs[0];
        int number = NumberOf(node);
        var kernel = node.Primitive.Tile(operands, output.Spec, number);
        if (kernel is null)
            (kernel, number) = (node.Primitive.Tile(operands, output.Spec, -1)!, -1);
        var a = Get(node.Inputs[0], kernel.OperandType(0), number == 0);
        var b = operands.Length > 1 ? Get(node.Inputs[1], kernel.OperandType(1), number == 1) : a;
        var c = operands.Length > 2 ? Get(node.Inputs[2], kernel.OperandType(2), false) : a;
        var result = Emit(kernel, a, b, c);
        var type = output.Spec.DType;
        if (type == DType.Bool && kernel.ResultType == DType.UInt8)
            _steps.Add(new Step(new ToBoolTile(), result, result, result, result));
        if (type.IsHalf && kernel.ResultType == DType.Float32)
            result = Emit(new ConvertTile(DType.Float32, type), result, result, result);
        result.Value = output;
        _own.Add(output);
    }

    /// <summary>The program that gives these values, all of nodes that were appended.</summary>
    public FusedProgram Build(IReadOnlyList<GraphValue> outputs)
    {
        var types = new DType[outputs.Count];
        for (int i = 0; i < types.Length; i++)
        {
            types[i] = outputs[i].Spec.DType;
            var register = Find(outputs[i], types[i], false)!;
            (register.Place, register.Number) = (Place.Output, i);
        }
        for (int i = 0; i < _steps.Count; i++)
        {
            var step = _steps[i];
            step.A.LastUse = step.B.LastUse = step.C.LastUse = step.Y.LastUse = i;
        }
        int slots = AssignSlots();
        var loads = new Load[_loads];
        foreach (var register in _registers)
        {
            if (register.Place == Place.Load)
                loads[register.Number] = new Load(_inputs.IndexOf(register.Value!), register.Type, register.IsNumber);
        }
        var instructions = new Instruction[_steps.Count];
        for (int i = 0; i < instructions.Length; i++)
        {
            var step = _steps[i];
            instructions[i] = new Instruction(step.Kernel, Index(step.A), Index(step.B), Index(step.C), Index(step.Y));
        }
        return new FusedProgram(shape, loads, instructions, slots, types);

        int Index(Register register) => register.Number + register.Place switch
        {
            Place.Load => 0,
            Place.Slot => _loads,
            _ => _loads + slots,
        };
    }

    /// <summary>Gives intermediates slots. A slot is free again when its value was last read; for a result of the same size at once, kernels can write there.</summary>
    private int AssignSlots()
    {
        var free = new Stack<int>();
        int slots = 0;
        for (int i = 0; i < _steps.Count; i++)
        {
            var step = _steps[i];
            if (step.Kernel is not ConvertTile)
                Release(step, step.Y.Type.Size);
            if (step.Y is { Place: Place.Slot, IsPlaced: false })
            {
                step.Y.IsPlaced = true;
                step.Y.Number = free.TryPop(out int slot) ? slot : slots++;
            }
            Release(step, null);
            if (step.Y.Place == Place.Slot && step.Y.LastUse == i)
                free.Push(step.Y.Number);

            void Release(Step step, int? size)
            {
                One(step.A);
                One(step.B);
                One(step.C);

                void One(Register operand)
                {
                    if (operand == step.Y || operand.Place != Place.Slot || operand.LastUse != i || (size is { } only && operand.Type.Size != only))
                        return;
                    operand.LastUse = -1;
                    free.Push(operand.Number);
                }
            }
        }
        return slots;
    }

    /// <summary>Which of two operands is a number from outside; -1 where none is, or where all elements are one.</summary>
    private int NumberOf(GraphNode node)
    {
        if (node.Inputs.Count != 2 || shape.Count == 1)
            return -1;
        return node.Inputs[1].Spec.Shape.Count == 1 ? 1 : node.Inputs[0].Spec.Shape.Count == 1 ? 0 : -1;
    }

    /// <summary>The register that holds a value in a type.</summary>
    private Register Get(GraphValue value, DType type, bool isNumber)
    {
        if (value.Spec.DType == DType.Bool && type == DType.UInt8)
            type = DType.Bool;
        if (Find(value, type, isNumber) is { } known)
            return known;
        if (_own.Contains(value))
        {
            var stored = Find(value, value.Spec.DType, false)!;
            var converted = Emit(new ConvertTile(value.Spec.DType, type), stored, stored, stored);
            converted.Value = value;
            return converted;
        }
        if (!_inputs.Contains(value))
            _inputs.Add(value);
        var load = new Register(value, type, Place.Load, _loads++, isNumber);
        _registers.Add(load);
        return load;
    }

    private Register? Find(GraphValue value, DType type, bool isNumber)
    {
        foreach (var register in _registers)
        {
            if (register.Value == value && register.Type == type && register.IsNumber == isNumber)
                return register;
        }
        return null;
    }

    private Register Emit(TileKernel kernel, Register a, Register b, Register c)
    {
        var y = new Register(null, kernel.ResultType, Place.Slot, 0);
        _registers.Add(y);
        _steps.Add(new Step(kernel, a, b, c, y));
        return y;
    }
}
