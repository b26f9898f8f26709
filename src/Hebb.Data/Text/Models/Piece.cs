namespace Hebb.Data;

/// <summary>One token of a word.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Start">Where it starts in the word, in chars.</param>
/// <param name="End">Where it ends. A token that is part of a character covers all of it.</param>
internal readonly record struct Piece(int Id, int Start, int End);
