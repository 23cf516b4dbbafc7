"""How the practice models are made: real Vosk model directories that know nothing but our own synthesizers' voices.

In the order of the work: `product`, `corpus` (what is said) → `lexicon` (how words sound) → `english`, `japanese` and
`dataset` (say it in many voices) → `augmentation` (in a noisy room) → `features` → `training` (a small network, by CTC)
→ `acoustic_model`, `graphs`, `model_directory` (Kaldi's files) → `checking` (what it understands). `__main__` runs it.
"""
