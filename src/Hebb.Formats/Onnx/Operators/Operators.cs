namespace Hebb.Onnx;

/// <summary>All families of operators.</summary>
internal static class Operators
{
    public static OperatorTable Register()
    {
        var table = new OperatorTable();
        UnaryOperators.Register(table);
        ArithmeticOperators.Register(table);
        ComparisonOperators.Register(table);
        BitOperators.Register(table);
        VariadicOperators.Register(table);
        ActivationOperators.Register(table);
        CastOperators.Register(table);
        ReshapeOperators.Register(table);
        PartOperators.Register(table);
        PadOperators.Register(table);
        SpaceOperators.Register(table);
        GatherOperators.Register(table);
        ScatterOperators.Register(table);
        SelectionOperators.Register(table);
        ReductionOperators.Register(table);
        CumulativeOperators.Register(table);
        SoftmaxOperators.Register(table);
        ConstantOperators.Register(table);
        RandomOperators.Register(table);
        MatrixOperators.Register(table);
        NormalizationOperators.Register(table);
        ConvOperators.Register(table);
        PoolOperators.Register(table);
        QuantizeOperators.Register(table);
        QuantizedOperators.Register(table);
        RecurrentOperators.Register(table);
        ControlOperators.Register(table);
        SequenceOperators.Register(table);
        OptionalOperators.Register(table);
        StringOperators.Register(table);
        TextVectorOperators.Register(table);
        LossOperators.Register(table);
        SignalOperators.Register(table);
        ResizeOperators.Register(table);
        ImageOperators.Register(table);
        RegionOperators.Register(table);
        DeformConvOperator.Register(table);
        AttentionOperators.Register(table);
        LinearAttentionOperators.Register(table);
        FeatureOperators.Register(table);
        TreeOperators.Register(table);
        TreeModelOperators.Register(table);
        LinearModelOperators.Register(table);
        VectorMachineOperators.Register(table);
        CategoryOperators.Register(table);
        TrainingOperators.Register(table);
        ExperimentalOperators.Register(table);
        return table;
    }
}
