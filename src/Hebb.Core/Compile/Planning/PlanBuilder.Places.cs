using Hebb.Memory;
using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>
/// Where values lie that would only be copied: parts that are joined (<see cref="CatOp"/>) are written into their joint memory at once, joins of joins (dense blocks) into one, and what is read under
/// another order of axes lies in that order, where the kernels that write it can.
/// </summary>
internal sealed partial class PlanBuilder
{
    /// <summary>Parts of joined memory start on lines of the cache, as all else.</summary>
    private const long PlaceAlignment = 64;

    private readonly Dictionary<GraphValue, (Root Root, Tensor Template)> _places = new(ReferenceEqualityComparer.Instance);

    /// <summary>Joins that need no kernel, with the parts that are still to be copied.</summary>
    private readonly Dictionary<GraphNode, List<(GraphValue Value, Tensor Slice)>> _joined = new(ReferenceEqualityComparer.Instance);

    private void FindPlaces(Graph graph)
    {
        var readers = new Dictionary<GraphValue, List<GraphNode>>(ReferenceEqualityComparer.Instance);
        bool any = false;
        foreach (var node in graph.Nodes)
        {
            any |= node.Primitive is CatOp;
            for (int i = 0; i < node.Outputs.Count && !any; i++)
                any = node.Primitive.WritesStrided(i);
        }
        if (!any)
            return;
        foreach (var node in graph.Nodes)
        {
            foreach (var input in node.Inputs)
            {
                if (!readers.TryGetValue(input, out var nodes))
                    readers.Add(input, nodes = []);
                nodes.Add(node);
            }
        }
        var returned = new HashSet<GraphValue>(graph.Outputs, ReferenceEqualityComparer.Instance);
        // Backwards: parts of a join that is a part itself lie within it.
        foreach (var node in graph.Nodes.Reverse())
        {
            if (node.Primitive is CatOp cat)
                PlaceParts(cat, node);
        }
        foreach (var node in graph.Nodes)
        {
            for (int i = 0; i < node.Outputs.Count; i++)
            {
                var value = node.Outputs[i];
                if (!_places.ContainsKey(value) && CanWrite(node.Primitive, value) && Turned(value) is { } template && template.Stride(-1) == 1)
                    _places.Add(value, (NewRoot(value.Spec), template));
            }
        }

        // The reader of a value, if it is the only one and nobody else gets the value.
        GraphNode? Only(GraphValue value) => !returned.Contains(value) && readers.TryGetValue(value, out var nodes) && nodes.Count == 1 ? nodes[0] : null;

        // A value laid out so that what is read of it under another order of axes needs no copy; null if nothing is won by that.
        Tensor? Turned(GraphValue value)
        {
            if (returned.Contains(value) || !readers.TryGetValue(value, out var nodes) || value.Spec.Shape.Count == 0)
                return null;
            foreach (var node in nodes)
            {
                // Others are to read it as it then lies.
                if (node.Primitive is PermuteOp permute && Flat(value, permute, node.Outputs[0]) is { } template
                    && nodes.TrueForAll(n => n.Primitive.AcceptsStrided && (n.Primitive is not ViewPrimitive view || view.CanView(template, n.Outputs[0].Spec.Shape))))
                    return template;
            }
            return null;
        }

        Tensor? Flat(GraphValue value, PermuteOp permute, GraphValue turned)
        {
            if (!readers.TryGetValue(turned, out var nodes))
                return null;
            var now = permute.View(new Tensor(new Template(), value.Spec, null, 0), turned.Spec.Shape);
            if (now.IsContiguous || !nodes.Exists(n => n.Primitive switch
            {
                ViewPrimitive view => !view.CanView(now, n.Outputs[0].Spec.Shape),
                ContiguousOp => true,
                var kernel => !kernel.AcceptsStrided,
            }))
                return null;
            var strides = new long[permute.Axes.Length];
            long stride = 1;
            for (int i = strides.Length - 1; i >= 0; i--)
            {
                strides[permute.Axes[i]] = stride;
                stride *= turned.Spec.Shape[i];
            }
            return new Tensor(new Template(), value.Spec, strides, 0);
        }

        void PlaceParts(CatOp cat, GraphNode node)
        {
            var whole = node.Outputs[0];
            if (whole.Spec.Shape.Count == 0 || whole.Spec.DType.Bits < 8)
                return;
            bool isPart = _places.TryGetValue(whole, out var place);
            var template = isPart ? place.Template : Turned(whole) ?? new Tensor(new Template(), whole.Spec, null, 0);
            var placed = new List<(GraphValue Value, Tensor Slice)>();
            var copied = new List<(GraphValue Value, Tensor Slice)>();
            var slices = cat.Parts(template, node.Inputs);
            for (int i = 0; i < slices.Length; i++)
            {
                var part = Part(node.Inputs[i], slices[i], node);
                if (part.Value is not null && !placed.Exists(p => ReferenceEquals(p.Value, part.Value)))
                    placed.Add(part!);
                else if (slices[i].IsContiguous && node.Inputs[i].Spec.DType == whole.Spec.DType)
                    copied.Add((node.Inputs[i], slices[i]));
                else
                    return;
            }
            // Copying all parts is what the op does by itself.
            if (placed.Count == 0)
                return;
            var root = isPart ? place.Root : NewRoot(whole.Spec);
            _places.TryAdd(whole, (root, template));
            foreach (var (value, slice) in placed)
                _places.Add(value, (root, slice));
            _joined.Add(node, copied);
        }

        // What a kernel may write at once in the place of a part, and how that then looks at the slice; nothing if it lies elsewhere, or the kernel can't write so.
        (GraphValue? Value, Tensor Slice) Part(GraphValue value, Tensor slice, GraphNode node)
        {
            // Whoever else reads a part finds it in order too, unless it is spread out.
            bool plain = slice.IsContiguous && slice.DType.BytesFor(slice.Offset) % PlaceAlignment == 0;
            if (value.Spec.DType != slice.DType || value.Spec.Shape.Count == 0 || returned.Contains(value) || (!plain && Only(value) != node))
                return default;
            // As Stack makes it: without the axis along which it is joined.
            if (value is GraphResult { Node: { Primitive: ReshapeOp reshape } shaped })
            {
                value = shaped.Inputs[0];
                if (returned.Contains(value) || (!plain && Only(value) != shaped) || !reshape.CanView(slice, value.Spec.Shape))
                    return default;
                slice = reshape.View(slice, value.Spec.Shape);
            }
            if (value is not GraphResult { Node: var maker } made || maker.Primitive is ViewPrimitive || _places.ContainsKey(value))
                return default;
            return plain || (maker.Primitive is not CatOp && CanWrite(maker.Primitive, made) && slice.Stride(-1) == 1) ? (value, slice) : default;
        }
    }

    private static bool CanWrite(Primitive primitive, GraphResult value) => primitive.WritesStrided(value.Slot) && value.Spec.DType is (DType.Float32 or DType.Float64);

    private Root NewRoot(TensorSpec spec)
    {
        var root = new Root(RootKind.Arena, Arena.Count, spec);
        Arena.Add(root);
        return root;
    }
}
