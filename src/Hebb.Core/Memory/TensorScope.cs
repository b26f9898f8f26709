using System.Runtime.CompilerServices;
using Hebb.Memory;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// Hands back at its end every tensor made since it was opened on this thread, but for those it was told to <see cref="Keep"/>. Never needed;
/// it makes memory use predictable. Using a tensor after its scope ended throws.
/// <code>using var scope = TensorScope.Open();
/// var y = scope.Keep(model.Call(x));</code>
/// </summary>
public readonly ref struct TensorScope
{
    private readonly ScopeState _state;

    private TensorScope(ScopeState state) => _state = state;

    /// <summary>Opens a scope on the current thread. Close it on the same thread, innermost first (<c>using</c> does).</summary>
    public static TensorScope Open([CallerMemberName] string member = "", [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        new(ScopeState.Push(member, file, line));

    /// <summary>
    /// A scope for one training step: unlike those of <see cref="Open"/>, it hands back the gradients of parameters too, those included that
    /// scopes inside it gathered. Set them to null before it ends.
    /// </summary>
    public static TensorScope OpenStep([CallerMemberName] string member = "", [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        new(ScopeState.Push(member, file, line, isStep: true));

    /// <summary>Within the returned value's lifetime no scope adopts new tensors: for state that outlives a step.</summary>
    public static TensorScope Suspend() => new(ScopeState.Push("", "", 0, suspended: true));

    /// <summary>Lets a tensor outlive this scope: it passes to the enclosing one, if any.</summary>
    public Tensor Keep(Tensor tensor)
    {
        var owner = tensor.HasStorage ? tensor.Storage.Scope : null;
        for (var scope = owner; scope is not null; scope = scope.Parent)
        {
            // What a scope further out owns, such as the memory behind a view, outlives this one anyway.
            if (scope != _state)
                continue;
            owner!.Hand(tensor.Storage, _state.Parent);
            break;
        }
        return tensor;
    }

    /// <summary>Lets a tensor outlive every scope.</summary>
    public static Tensor Escape(Tensor tensor)
    {
        if (tensor.HasStorage)
        {
            tensor.Storage.Scope?.Hand(tensor.Storage, null);
            EngineThread.Current.Gradients?.GiveAway(tensor);
        }
        return tensor;
    }

    /// <summary>Lets a gradient live as long as the training step, or where none is marked, outlive every scope.</summary>
    internal static Tensor EscapeToStep(Tensor gradient)
    {
        var step = EngineThread.Current.Scope?.Step;
        if (gradient.HasStorage && gradient.Storage.Scope is { } scope && scope != step)
            scope.Hand(gradient.Storage, step);
        return gradient;
    }

    /// <summary>Ends the scope.</summary>
    /// <exception cref="HebbException">It is not the innermost scope of this thread.</exception>
    public void Dispose() => _state.Pop();
}
