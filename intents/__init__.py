"""Understanding: a sentence in English or Japanese becomes exactly what was meant, or an honest question."""
